import { ToolError } from '../../errors/tool-error.js';

/** Sound of one channel as 16-bit samples. */
export interface Sound {
  readonly sampleRateHz: number;
  readonly samples: Int16Array;
}

const FORMAT = { pcm: 1, float: 3, extensible: 0xfffe } as const;

/** Reads one sample as a number on the scale of int16, not yet rounded. */
type ReadSample = (view: DataView, at: number) => number;

const READERS: Readonly<Record<string, ReadSample>> = {
  // 8-bit samples are unsigned, all others signed.
  'pcm 8': (view, at) => (view.getUint8(at) - 128) * 256,
  'pcm 16': (view, at) => view.getInt16(at, true),
  'pcm 24': (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 256) / 256,
  'pcm 32': (view, at) => view.getInt32(at, true) / 65536,
  'float 32': (view, at) => view.getFloat32(at, true) * 32768,
  'float 64': (view, at) => view.getFloat64(at, true) * 32768,
};

interface Chunk {
  readonly start: number;
  readonly size: number;
}

/**
 * Reads RIFF WAVE: PCM of 8, 16, 24 or 32 bits or floating point, chunks in any order. Channels are averaged; the
 * result is rounded to int16, halves up, and saturated. `file` is only what messages call it.
 */
export function parseWav(bytes: Uint8Array, file: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = readChunks(view, file);
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (format === undefined || format.size < 16) throw damaged(file, 12, 'there is no format chunk');
  if (data === undefined) throw damaged(file, view.byteLength, 'there is no data chunk');
  const channels = view.getUint16(format.start + 2, true);
  const sampleRateHz = view.getUint32(format.start + 4, true);
  const bits = view.getUint16(format.start + 14, true);
  const read = READERS[`${encodingOf(view, format)} ${String(bits)}`] as ReadSample | undefined;
  if (read === undefined || channels === 0) {
    const tag = view.getUint16(format.start, true);
    const message = `${file} holds ${String(channels)} channels of ${String(bits)} bits in format ${String(tag)}.`;
    throw new ToolError('DATASET_WAV_FORMAT', message, {
      context: { file, offset: format.start, format: tag, bits, channels },
    });
  }
  const sampleBytes = bits / 8;
  const count = Math.floor(data.size / (sampleBytes * channels));
  const samples = new Int16Array(count);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += read(view, data.start + (n * channels + c) * sampleBytes);
    const mean = sum / channels;
    if (Number.isNaN(mean)) throw damaged(file, data.start + n * channels * sampleBytes, 'a sample is no number');
    samples[n] = Math.max(-32768, Math.min(32767, Math.floor(mean + 0.5)));
  }
  return { sampleRateHz, samples };
}

function readChunks(view: DataView, file: string): Map<string, Chunk> {
  if (view.byteLength < 12 || name(view, 0) !== 'RIFF' || name(view, 8) !== 'WAVE') {
    throw damaged(file, 0, 'it does not begin like a WAV file (RIFF … WAVE)');
  }
  const chunks = new Map<string, Chunk>();
  for (let at = 12; at + 8 <= view.byteLength;) {
    const [id, promised, start] = [name(view, at), view.getUint32(at + 4, true), at + 8];
    const rest = view.byteLength - start;
    // Programs that write to a pipe cannot know the size and leave the largest number.
    const size = id === 'data' && promised === 0xffffffff ? rest : promised;
    if (size > rest) {
      throw damaged(file, at, `the chunk '${id}' promises ${String(size)} bytes, of which ${String(rest)} are there`);
    }
    if (!chunks.has(id)) chunks.set(id, { start, size });
    at = start + size + (size % 2);
  }
  return chunks;
}

/** In the extensible format the tag stands further on. */
function encodingOf(view: DataView, { start, size }: Chunk): string {
  const tag = view.getUint16(start, true);
  const effective = tag === FORMAT.extensible && size >= 26 ? view.getUint16(start + 24, true) : tag;
  return effective === FORMAT.pcm ? 'pcm' : effective === FORMAT.float ? 'float' : 'unknown';
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
}

function damaged(file: string, offset: number, what: string): ToolError {
  return new ToolError('DATASET_WAV_DAMAGED', `${file}, offset ${String(offset)}: ${what}.`, {
    context: { file, offset },
  });
}
