// The integer spectrum features against scipy and librosa in float64, and the pieces against their definitions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { SpectrumOptions } from '../../src/ir/features/feature-options.js';
import { RealFft } from '../../src/ir/features/real-fft.js';
import { FEATURE_ONE, SpectrumFeatures } from '../../src/ir/features/spectrum-features.js';
import { cosineTable, hannWindow, log2Table, melBands } from '../../src/ir/features/tables.js';
import { packageRoot } from '../../src/util/package-root.js';
import { Rng } from '../../src/util/rng.js';

interface Vector {
  readonly by: string;
  readonly sampleRateHz: number;
  readonly options: SpectrumOptions;
  readonly samples: readonly number[];
  readonly expected: readonly (readonly number[])[];
}

const FOLDER = join(packageRoot(), 'tests', 'vectors', 'spectrum-features');

for (const name of readdirSync(FOLDER)) {
  const vector = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Vector;
  t.test(`${name}: ${vector.by}`, (test) => {
    const features = new SpectrumFeatures(vector.options, vector.sampleRateHz);
    const samples = Int16Array.from(vector.samples);
    test.equal(features.frames(samples.length), vector.expected.length);
    const out = new Int16Array(vector.expected.length * features.width);
    features.extract(samples, out);
    const expected = vector.expected.flat();
    test.equal(out.length, expected.length);
    const errors = expected.map((e, i) => Math.abs(out[i] / FEATURE_ONE - e));
    const largest = Math.max(...errors);
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
    test.comment(`largest error ${largest.toFixed(4)}, mean ${mean.toFixed(5)}`);
    test.ok(largest < (vector.options.kind === 'mfcc' ? 0.02 : 0.01), `largest error ${largest.toFixed(4)}`);
    test.ok(mean < 0.004, `mean error ${mean.toFixed(5)}`);
    test.end();
  });
}

t.test('the FFT is the sum it stands for, at every size, and full scale does not overflow', (test) => {
  for (let size = 32; size <= 4096; size *= 2) {
    const fft = new RealFft(size);
    const rng = new Rng(size);
    const top = 32767 * 2 ** fft.guardBits;
    const inputs = [
      Int32Array.from({ length: size }, () => Math.round(rng.range(-top, top))),
      Int32Array.from({ length: size }, () => -top),
      Int32Array.from({ length: size }, (_, n) => (n % 2 === 0 ? top : -top)),
      Int32Array.from({ length: size }, (_, n) => (n % 4 < 2 ? top : -top)),
    ];
    let worst = 0;
    for (const input of inputs) {
      fft.forward(input);
      for (const k of [0, 1, 5, size / 4, size / 2 - 1, size / 2]) {
        let re = 0;
        let im = 0;
        for (let n = 0; n < size; n++) {
          const angle = (-2 * Math.PI * ((k * n) % size)) / size;
          re += 2 * input[n] * Math.cos(angle);
          im += 2 * input[n] * Math.sin(angle);
        }
        worst = Math.max(worst, Math.abs(fft.spectrum[2 * k] - re), Math.abs(fft.spectrum[2 * k + 1] - im));
      }
    }
    // Twiddles in Q15 are off by 2^-16, once a stage, of at most the full sum.
    const bound = 2 * size * top * Math.log2(size) * 2 ** -15;
    test.ok(worst < bound, `${String(size)} points: ${String(Math.round(worst))} < ${String(Math.round(bound))}`);
  }
  test.end();
});

t.test('tables by their definitions', (test) => {
  test.same([...hannWindow(4)], [0, 16384, 32767, 16384]);
  const log2 = log2Table();
  test.same([log2[0], log2[128], log2[255]], [1, 150, 256]);
  for (let i = 0; i < 256; i++) {
    if (Math.abs(log2[i] - 256 * Math.log2(1 + (i + 0.5) / 256)) > 0.501) test.fail(`log2 table at ${String(i)}`);
  }
  const bands = melBands(512, 16000, 32, 20, 8000);
  test.ok(bands.every(({ weights }) => weights.length > 0 && weights.every((w) => w > 0 && w <= 4096)));
  const cover = new Float64Array(257);
  for (const { firstBin, weights } of bands) weights.forEach((w, i) => (cover[firstBin + i] += w));
  // Between the peaks of the first and the last band the triangles add up to one.
  const [first, last] = [bands[0].firstBin + bands[0].weights.length, bands[31].firstBin];
  for (let k = first; k < last; k++)
    if (Math.abs(cover[k] - 4096) > 3) test.fail(`bin ${String(k)}: ${String(cover[k])}`);
  test.same([...cosineTable(2, 2)], [16384, 16384, 16384, -16384], '√2/2 · cos 45° = 1/2');
  test.equal(
    new SpectrumFeatures(
      { kind: 'log-mel', frameMs: 16, strideMs: 16, bands: 128, coefficients: 1, lowHz: 0, highHz: 8000 },
      16000,
    ).emptyBands > 0,
    true,
  );
  test.end();
});

t.test('silence is 0, and full scale fits int16', (test) => {
  const options: SpectrumOptions = {
    kind: 'log-mel',
    frameMs: 256,
    strideMs: 256,
    bands: 8,
    coefficients: 8,
    lowHz: 0,
    highHz: 8000,
  };
  const features = new SpectrumFeatures(options, 16000);
  const samples = new Int16Array(8192);
  for (let n = 0; n < 4096; n++) samples[n] = n % 16 < 8 ? 32767 : -32768; // a square wave of 1 kHz
  const out = new Int16Array(16);
  features.extract(samples, out);
  // Its fundamental is 4/π · 2^15 high; Hann's window gives bin 256 a quarter of 4096 times that, and both its
  // neighbours half as much: a power of 2^50 · 1.62 · 1.5 within the band, times the band's weight there.
  const loudest = Math.max(...out.subarray(0, 8)) / FEATURE_ONE;
  test.ok(loudest > 50 && loudest < 50 + Math.log2(1.62 * 1.5), `full scale: ${String(loudest)}`);
  test.same([...out.subarray(8)], Array(8).fill(0), 'silence');
  test.end();
});
