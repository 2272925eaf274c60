import type { Samples } from '../../src/ir/dataset.js';
import type { FloatGraph } from '../../src/ir/graph.js';
import type { LayerSpec, Pair, Padding } from '../../src/ir/model-spec.js';
import type { QuantizeOptions } from '../../src/ir/options.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { initialParameters } from '../../src/train/initializers.js';
import { toGraph } from '../../src/train/to-graph.js';
import { Rng } from '../../src/util/rng.js';

export const OPTIONS: QuantizeOptions = {
  calibration: { method: 'minmax', percentile: 99.9, samples: 200 },
  weights: 'per-channel',
  seed: 1,
};

/** A float graph of these layers with random numbers in every constant; `shifted` ones suit gammas and variances too. */
export function layered(inputShape: readonly number[], layers: readonly LayerSpec[], bias = true): FloatGraph {
  const plan = planNetwork({ bias, layers }, inputShape);
  const rng = new Rng(3);
  const values = initialParameters(plan, 'he_uniform', 1);
  const parts = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)].map(
    (p) => p.part,
  );
  // A gamma and a variance have to be positive.
  const arrays = values.map((a, k) => {
    const positive = parts[k] === 'gamma' || parts[k] === 'moving_variance';
    return a.map((v) => v + (positive ? rng.range(0.1, 0.9) : parts[k] === 'weights' ? 0 : rng.range(-0.4, 0.4)));
  });
  const classNames = Array.from({ length: plan.layers[plan.output].outputSize }, (_, c) => `c${c}`);
  const provenance = { toolVersion: '0', seed: 1, inputs: {} };
  return toGraph(plan, arrays, 'net', { inputShape, classNames } as never, provenance);
}

export function randomSamples(seed: number, count: number, inputSize: number, classes = 3): Samples {
  const rng = new Rng(seed);
  return {
    count,
    inputSize,
    values: Float32Array.from({ length: count * inputSize }, () => rng.range(-1, 2)),
    scale: 1,
    offset: 0,
    labels: Uint8Array.from({ length: count }, () => rng.below(classes)),
  };
}

export function sampleOf(samples: Samples, n: number): Float32Array {
  return samples.values.slice(n * samples.inputSize, (n + 1) * samples.inputSize) as Float32Array;
}

/** Changes a constant of a graph in place of the original. */
export function withConstant(graph: FloatGraph, name: string, change: (v: number, i: number) => number): FloatGraph {
  const tensors = graph.tensors.map((x) =>
    x.name === name ? { ...x, data: (x.data as Float32Array).map((v, i) => change(v, i)) } : x,
  );
  return { ...graph, tensors };
}

const window = (kernel: number, strides: number, padding: Padding = 'same') => {
  const pair = (n: number): Pair => [n, n];
  return { kernel: pair(kernel), strides: pair(strides), padding } as const;
};

/** Layers in few words. */
export const L = {
  conv: (filters: number, kernel = 3, strides = 1, activation = 'none', padding: Padding = 'same'): LayerSpec =>
    ({ type: 'conv_2d', filters, ...window(kernel, strides, padding), activation }) as LayerSpec,
  depthwise: (multiplier = 1, kernel = 3, strides = 1, activation = 'none'): LayerSpec =>
    ({ type: 'depthwise_conv_2d', multiplier, ...window(kernel, strides), activation }) as LayerSpec,
  dense: (units: number, activation = 'none'): LayerSpec =>
    ({ type: 'dense', units, activation, dropout: 0 }) as LayerSpec,
  pool: (type: 'max_pool_2d' | 'average_pool_2d', size = 2, strides = 2, padding: Padding = 'same'): LayerSpec => {
    const { kernel, strides: by } = window(size, strides);
    return { type, pool: kernel, strides: by, padding };
  },
  norm: (activation = 'none'): LayerSpec =>
    ({ type: 'batch_norm', momentum: 0.9, epsilon: 0.01, activation }) as LayerSpec,
  activation: (activation: string): LayerSpec => ({ type: 'activation', activation }) as LayerSpec,
  globalAverage: { type: 'global_average_pool_2d' } as LayerSpec,
  flatten: { type: 'flatten' } as LayerSpec,
  dropout: { type: 'dropout', rate: 0.5 } as LayerSpec,
  reshape: (...shape: number[]): LayerSpec => ({ type: 'reshape', shape }),
  add: (from: readonly string[], activation = 'none'): LayerSpec => ({ type: 'add', from, activation }) as LayerSpec,
  mul: (from: readonly string[], activation = 'none'): LayerSpec => ({ type: 'mul', from, activation }) as LayerSpec,
  concatenation: (from: readonly string[], axis = -1): LayerSpec => ({ type: 'concatenation', from, axis }),
  named: (name: string, layer: LayerSpec, from?: readonly string[]): LayerSpec =>
    ({ ...layer, name, ...(from === undefined ? {} : { from }) }) as LayerSpec,
} as const;
