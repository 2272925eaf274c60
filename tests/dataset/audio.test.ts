// WAV files: every kind that is read or refused; clips with their features as samples.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { importAudio } from '../../src/dataset/formats/audio.js';
import { parseWav } from '../../src/dataset/formats/wav.js';
import { isToolError } from '../../src/errors/tool-error.js';
import type { AudioSource } from '../../src/ir/data-source.js';
import { readSample } from '../../src/ir/dataset.js';
import { silentProgress } from '../../src/util/progress.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import { refuses } from './refuses.js';

function chunk(id: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

interface Kind {
  readonly tag?: number;
  readonly bits?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly extensible?: boolean;
}

function format({ tag = 1, bits = 16, channels = 1, rate = 16000, extensible = false }: Kind): Buffer {
  const body = Buffer.alloc(extensible ? 40 : 16);
  body.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt16LE(bits, 14);
  if (extensible) body.writeUInt16LE(tag, 24);
  return chunk('fmt ', body);
}

function riff(...chunks: readonly Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

function wav(data: Buffer, kind: Kind = {}): Buffer {
  return riff(format(kind), chunk('data', data));
}

function pcm16(samples: readonly number[]): Buffer {
  return Buffer.from(Int16Array.from(samples).buffer);
}

t.test('WAV: every encoding gives 16-bit samples', (test) => {
  const same = (bytes: Buffer, expected: readonly number[], what: string): void => {
    const { samples, sampleRateHz } = parseWav(bytes, 'a.wav');
    test.same([...samples], expected, what);
    test.equal(sampleRateHz, 16000);
  };
  same(wav(pcm16([1, -2, 32767, -32768])), [1, -2, 32767, -32768], '16 bits');
  same(wav(Buffer.from([0, 128, 129, 255]), { bits: 8 }), [-32768, 0, 256, 32512], '8 bits, unsigned');
  const in24 = Buffer.from([0x80, 1, 0, 0x7f, 1, 0, 0, 0, 0x80, 0xff, 0xff, 0x7f]);
  same(wav(in24, { bits: 24 }), [2, 1, -32768, 32767], '24 bits, rounded, saturated');
  const in32 = Buffer.alloc(8);
  in32.writeInt32LE(-65536 * 7, 0);
  in32.writeInt32LE(65536 * 5 + 32768, 4);
  same(wav(in32, { bits: 32 }), [-7, 6], '32 bits');
  const floats = Buffer.from(Float32Array.of(0.5, -1, 1, 2, -9).buffer);
  same(wav(floats, { tag: 3, bits: 32 }), [16384, -32768, 32767, 32767, -32768], 'float, saturated');
  same(wav(Buffer.from(Float64Array.of(0.25).buffer), { tag: 3, bits: 64 }), [8192], 'double');
  same(wav(pcm16([100, 201, -3, -4]), { channels: 2 }), [151, -3], 'two channels, averaged, halves up');
  same(wav(pcm16([5]), { extensible: true }), [5], 'extensible');
  const odd = chunk('LIST', Buffer.from('abc'));
  same(riff(odd, chunk('data', pcm16([9, 8])), odd, format({})), [9, 8], 'chunks in any order, of odd length');
  const piped = wav(pcm16([3, 4]));
  piped.writeUInt32LE(0xffffffff, piped.indexOf('data') + 4);
  same(piped, [3, 4], 'a length that nobody knew');
  test.end();
});

t.test('WAV files that are refused', (test) => {
  const good = wav(pcm16([1, 2, 3, 4]));
  const cases: [string, object, Buffer][] = [
    ['DATASET_WAV_DAMAGED', { offset: 0 }, Buffer.from('ID3 is an MP3 file')],
    ['DATASET_WAV_DAMAGED', { offset: 0 }, Buffer.alloc(0)],
    ['DATASET_WAV_DAMAGED', { offset: 36 }, good.subarray(0, good.length - 1)],
    ['DATASET_WAV_DAMAGED', { offset: 12 }, riff(chunk('data', pcm16([1])))],
    ['DATASET_WAV_DAMAGED', {}, riff(format({}))],
    ['DATASET_WAV_DAMAGED', { offset: 44 }, wav(Buffer.from(Float32Array.of(NaN).buffer), { tag: 3, bits: 32 })],
    ['DATASET_WAV_FORMAT', { format: 0x11, bits: 4 }, wav(Buffer.alloc(4), { tag: 0x11, bits: 4 })],
    ['DATASET_WAV_FORMAT', { format: 1, bits: 12 }, wav(Buffer.alloc(4), { bits: 12 })],
    ['DATASET_WAV_FORMAT', { channels: 0 }, wav(Buffer.alloc(4), { channels: 0 })],
  ];
  for (const [code, context, bytes] of cases) refuses(test, code, context, () => parseWav(bytes, 'a.wav'));
  const rng = new Rng(3);
  let whole = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(good);
    for (let k = rng.below(3); k > 0; k--) bytes[rng.below(bytes.length)] = rng.below(256);
    try {
      parseWav(rng.below(3) === 0 ? bytes.subarray(0, rng.below(bytes.length + 1)) : bytes, 'fuzz');
      whole++;
    } catch (error) {
      if (!isToolError(error) || !error.code.startsWith('DATASET_WAV_')) throw error;
    }
  }
  test.ok(whole > 300 && whole < 1900, `${String(whole)} of 2000 were read`);
  test.end();
});

const AUDIO: AudioSource = {
  source: 'audio',
  root: 'clips',
  manifest: null,
  parts: null,
  classes: null,
  testFraction: 0.5,
  sampleRateHz: 8000,
  clipMs: 100,
  features: { kind: 'log-mel', frameMs: 32, strideMs: 16, bands: 12, coefficients: 5, lowHz: 50, highHz: 4000 },
  normalize: 'none',
};

/** Two tones, two clips each, of which some are short and some long. */
function clips(test: Test, rate = 8000): string {
  const dir = test.testdir({});
  for (const [label, every] of Object.entries({ low: 40, high: 5 })) {
    for (const [clip, length] of Object.entries({ a: 400, b: 1200 })) {
      const file = join(dir, 'clips', label, `${clip}.wav`);
      mkdirSync(dirname(file), { recursive: true });
      const square = Array.from({ length }, (_, n) => (n % every < every / 2 ? 9000 : -9000));
      writeFileSync(file, wav(pcm16(square), { rate }));
    }
  }
  return dir;
}

t.test('clips become features', (test) => {
  const dir = clips(test);
  const env = { projectDir: dir, cacheDir: dir, seed: 1, progress: silentProgress };
  const data = importAudio(AUDIO, env);
  test.same(
    [data.inputShape, data.classNames],
    [
      [5, 12],
      ['high', 'low'],
    ],
  );
  test.same([data.train.count, data.test.count], [2, 2]);
  const parts = [data.train, data.test];
  const energy = (sample: number, band: number, frame = 0): number =>
    parts[sample >> 1].values[(sample & 1) * 60 + frame * 12 + band];
  for (let n = 0; n < 4; n++) {
    const isHigh = parts[n >> 1].labels[n & 1] === 0;
    test.equal(energy(n, 9) > energy(n, 1), isHigh, 'energy lies where the tone is');
  }
  const all = [...data.train.values, ...data.test.values];
  test.ok(
    all.every((v) => Number.isInteger(v * 256)),
    'features are multiples of 1/256',
  );
  test.ok(
    [0, 1, 2, 3].some((n) => energy(n, 5, 4) === 0) && [0, 1, 2, 3].some((n) => energy(n, 5, 4) > 0),
    'short clips end in silence',
  );

  const uniform = importAudio({ ...AUDIO, normalize: 'uniform' }, env);
  test.same(uniform.train.values, data.train.values, 'uniform: scale and offset alone');
  const real = new Float32Array(120);
  readSample(uniform.train, 0, real);
  readSample(uniform.train, 1, real, 60);
  test.ok(Math.abs(real.reduce((a, b) => a + b, 0) / 120) < 1e-5, 'mean 0');
  test.ok(Math.abs(real.reduce((a, b) => a + b * b, 0) / 120 - 1) < 1e-4, 'deviation 1');
  const mfcc = importAudio({ ...AUDIO, features: { ...AUDIO.features, kind: 'mfcc' }, normalize: 'standardize' }, env);
  test.same(mfcc.inputShape, [5, 5]);

  const narrow = { ...AUDIO, features: { ...AUDIO.features, bands: 100 } };
  refuses(test, 'DATASET_FEATURES_EMPTY', { bands: 100 }, () => importAudio(narrow, env));
  const other = clips(test, 16000);
  refuses(test, 'DATASET_WAV_RATE', { found: 16000, expected: 8000 }, () =>
    importAudio(AUDIO, { ...env, projectDir: other }),
  );
  test.end();
});

const real = sharedFolder('data/speech-commands-subset');
t.test('real keywords', { skip: real === null ? 'the data set is not beside the checkout' : false }, (test) => {
  const dir = test.testdir({});
  cpSync(real ?? '', join(dir, 'datasets', 'speech-commands-subset'), { recursive: true });
  const data = importAudio(
    {
      ...AUDIO,
      root: 'dataset:speech-commands-subset',
      manifest: { file: 'manifest.csv', fileColumn: 'file', labelColumn: 'label' },
      sampleRateHz: 16000,
      clipMs: 1000,
      features: { kind: 'log-mel', frameMs: 32, strideMs: 20, bands: 40, coefficients: 10, lowHz: 20, highHz: 8000 },
    },
    { projectDir: dir, cacheDir: dir, seed: 1, progress: silentProgress },
  );
  test.same(data.inputShape, [49, 40]);
  test.same(
    [data.train.count, data.validation?.count, data.test.count, data.extra['personal'].count],
    [426, 56, 148, 97],
  );
  test.end();
});
