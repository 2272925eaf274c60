import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { makeObserver } from '../../src/quantize/observers/make-observer.js';
import { divergence } from '../../src/quantize/observers/entropy.js';
import { gridOf } from '../../src/quantize/observers/clipping.js';
import { Histogram } from '../../src/quantize/observers/histogram.js';
import { squaredError } from '../../src/quantize/observers/mse.js';
import type { Range } from '../../src/quantize/observers/observer.js';
import { asymmetricInt8 } from '../../src/quantize/schemes/activations.js';
import { Rng } from '../../src/util/rng.js';
import { packageRoot } from '../../src/util/package-root.js';

interface Vector {
  readonly by: string;
  readonly mse: number;
  readonly entropy: { readonly threshold: number; readonly divergence: number };
  readonly values: readonly number[];
}

const folder = join(packageRoot(), 'tests', 'vectors', 'calibration');
const VECTORS = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector] as const,
);

function observed(method: 'mse' | 'entropy' | 'minmax', ...parts: Float32Array[]): Range {
  const observer = makeObserver({ method, percentile: 99 });
  for (const part of parts) observer.observe(part);
  return observer.range();
}

/** Mean squared error of int8 over `range`, value by value, through the input's quantization. */
function error(values: Float32Array, range: Range): number {
  const quant = asymmetricInt8(range);
  const graph = { input: 0, tensors: [{ quant, shape: [values.length] }] } as unknown as QuantizedGraph;
  const bytes = quantizeInput(graph, values);
  return (
    values.reduce((sum, v, i) => sum + (v - quant.scale[0] * (bytes[i] - quant.zeroPoint[0])) ** 2, 0) / values.length
  );
}

void t.test('mse and entropy choose what numpy and scipy choose', async (t) => {
  t.ok(VECTORS.length >= 5);
  for (const [file, { values, mse, entropy }] of VECTORS) {
    const x = Float32Array.from(values);
    const least = observed('mse', x);
    const own = error(x, least);
    t.ok(own <= 1.02 * mse, `${file}: ${own} against ${mse} at best`);
    t.ok(own <= error(x, observed('minmax', x)), `${file}: no worse than the full range`);
    const { min, max } = observed('entropy', x);
    const threshold = Math.max(-min, max);
    t.ok(
      Math.abs(threshold / entropy.threshold - 1) < 1e-6,
      `${file}: clipped at ${threshold}, not ${entropy.threshold}`,
    );
    const histogram = new Histogram();
    histogram.observe(x);
    const lost = divergence(histogram.bins(), gridOf({ min, max }));
    t.ok(Math.abs(lost - entropy.divergence) < 1e-9, `${file}: divergence ${lost}, not ${entropy.divergence}`);
    const estimate = squaredError(histogram.bins(), gridOf(least)) / x.length;
    t.ok(Math.abs(estimate / own - 1) < 0.1, `${file}: the histogram says ${estimate}, the values ${own}`);
  }
});

void t.test('histograms do not depend on the order of the values, nor do ranges', async (t) => {
  const rng = new Rng(5);
  const small = Float32Array.from({ length: 500 }, () => rng.normal() * 0.01);
  const large = Float32Array.from({ length: 500 }, () => rng.normal() * 100);
  const count = (...parts: Float32Array[]): unknown => {
    const histogram = new Histogram();
    for (const part of parts) histogram.observe(part);
    return histogram.bins();
  };
  t.same(count(small, large), count(large, small));
  t.same(count(Float32Array.of(0, 0)), []);
  t.same(count(Float32Array.of(1, 0)), [{ from: 1, to: 1 + 2 ** -11, count: 1 }]);
  for (const method of ['mse', 'entropy'] as const) {
    t.same(observed(method, small, large), observed(method, large, small));
    t.same(observed(method), { min: 0, max: 0 });
    t.same(observed(method, Float32Array.of(0, 0)), { min: 0, max: 0 });
    const { min, max } = observed(method, Float32Array.of(1e-38, -1e-38, 0));
    t.ok(min < 0 && max > 0, `${method}: numbers that are nearly nothing`);
  }
});
