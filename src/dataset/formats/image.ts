import { convertIndexedToRgb, decode as decodePng, hasPngSignature } from 'fast-png';
import jpeg from 'jpeg-js';
import { ToolError } from '../../errors/tool-error.js';
import type { Picture } from '../resize.js';

const MAX_PIXELS = 64e6;

/**
 * Reads a PNG or JPEG picture, told apart by the first bytes, as grey (1 channel) or colour (3). Grey from colour is
 * (77 R + 150 G + 29 B + 128) >> 8; 16-bit samples lose their lower byte; what is transparent is shown on black.
 * `file` is only what messages call it.
 */
export function decodeImage(bytes: Uint8Array, file: string, channels: 1 | 3): Picture {
  let picture: Picture;
  try {
    picture = hasPngSignature(bytes) ? fromPng(bytes) : fromJpeg(bytes);
  } catch (cause) {
    const what = reasonOf(cause);
    throw new ToolError('DATASET_IMAGE_DAMAGED', `${file} cannot be read as PNG or JPEG: ${what}.`, {
      context: { file, bytes: bytes.length },
      cause,
    });
  }
  return toChannels(onBlack(picture), channels);
}

function reasonOf(cause: unknown): string {
  // A reader that runs off the end of a view.
  if (cause instanceof RangeError) return 'it is cut off';
  return cause instanceof Error ? cause.message : String(cause);
}

function fromPng(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Width and height stand first in the first chunk: a picture that is far too large is not unpacked at all.
  if (bytes.length < 24) throw new Error('it is cut off');
  if (view.getUint32(16) * view.getUint32(20) > MAX_PIXELS) throw new Error('it is too large');
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height } = png;
  if (png.palette !== undefined) {
    const channels = png.palette[0]?.length ?? 3;
    return { width, height, channels, values: Uint8Array.from(convertIndexedToRgb(png)) };
  }
  if (png.depth < 8) return { width, height, channels: 1, values: unpackBits(png.data, width, height, png.depth) };
  const values = png.depth === 16 ? Uint8Array.from(png.data, (v) => v >> 8) : Uint8Array.from(png.data);
  return { width, height, channels: png.channels, values };
}

/** Grey of 1, 2 or 4 bits: rows of packed samples, each row a whole number of bytes. */
function unpackBits(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const most = (1 << depth) - 1;
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)];
      values[y * width + x] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return values;
}

function fromJpeg(bytes: Uint8Array): Picture {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error('it begins like neither');
  const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const;
  const limits = { maxResolutionInMP: MAX_PIXELS / 1e6, maxMemoryUsageInMB: 1024 };
  const { width, height, data } = jpeg.decode(bytes, { ...options, ...limits });
  return { width, height, channels: 3, values: data };
}

/** Without the alpha channel, if there is one. */
function onBlack({ width, height, channels, values }: Picture): Picture {
  if (channels === 1 || channels === 3) return { width, height, channels, values };
  const colours = channels - 1;
  const out = new Uint8Array(width * height * colours);
  for (let i = 0; i < width * height; i++) {
    const alpha = values[i * channels + colours];
    for (let c = 0; c < colours; c++) {
      out[i * colours + c] = Math.floor((values[i * channels + c] * alpha + 127) / 255);
    }
  }
  return { width, height, channels: colours, values: out };
}

function toChannels(picture: Picture, channels: 1 | 3): Picture {
  const { width, height, values } = picture;
  if (picture.channels === channels) return picture;
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    if (channels === 3) out.fill(values[i], 3 * i, 3 * i + 3);
    else out[i] = (77 * values[3 * i] + 150 * values[3 * i + 1] + 29 * values[3 * i + 2] + 128) >> 8;
  }
  return { width, height, channels, values: out };
}
