import type { GrapesMode, ModelSpec } from '../../src/ir/model-spec.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { Network } from '../../src/train/network.js';
import { createOptimizer } from '../../src/train/optimizers/create-optimizer.js';

/** A file of golden vectors, ours or the reference's. Weights are [out][in]. */
export interface GoldenFile {
  readonly layers: readonly number[];
  readonly batch_size: number;
  readonly batches: number;
  readonly w0: readonly (readonly (readonly number[])[])[];
  readonly inputs: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly cases: readonly GoldenCase[];
}

export interface GoldenCase {
  readonly learn: string;
  readonly update: string;
  readonly activation: string;
  readonly eta: number;
  readonly dropout_keep: number;
  readonly factors_batch1?: readonly (readonly number[])[];
  readonly factors_batch2?: readonly (readonly number[])[];
  readonly factors_last?: readonly (readonly number[])[];
  readonly train_outputs: readonly (readonly number[])[];
  /** [batch][layer][out][in] */
  readonly weights: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly final_outputs: readonly (readonly number[])[];
  /** [sample][hidden layer][node] */
  readonly drop_masks?: readonly (readonly (readonly number[])[])[];
}

/** The largest absolute difference of each kind of number. */
export interface GoldenDifference {
  weights: number;
  outputs: number;
  factors: number;
}

const GRAPES_MODES: Readonly<Record<string, GrapesMode>> = {
  BP: 'off',
  BPgrapes: 'propagating',
  'BPgrapes-local': 'local',
};

/** Runs a case through the engine, batch by batch, and says how far it is from the file. */
export function runGolden(file: GoldenFile, golden: GoldenCase): GoldenDifference {
  const { layers: sizes, batch_size: rows, batches } = file;
  const engine = new WasmEngine();
  const hidden = sizes.length - 2;
  const model: ModelSpec = {
    bias: false,
    layers: sizes.slice(1).map((units, l) => ({
      type: 'dense',
      units,
      activation: l === hidden ? 'none' : (golden.activation as 'relu' | 'tanh'),
      dropout: l === hidden ? 0 : 1 - golden.dropout_keep,
    })),
  };
  const grapes = GRAPES_MODES[golden.learn];
  const network = new Network(engine, { inputs: sizes[0], model, grapes, factorRule: 'per-node', maxRows: 8 });
  network.layers.forEach((layer, l) => {
    layer.weights.values.values.set(file.w0[l].flat());
  });
  const optimizer = createOptimizer(
    engine,
    network.parameters,
    golden.update === 'SGD'
      ? { type: 'sgd', learningRate: golden.eta }
      : { type: 'momentum', learningRate: golden.eta, momentum: 0.9 },
  );
  const difference: GoldenDifference = { weights: 0, outputs: 0, factors: 0 };
  const classes = sizes[sizes.length - 1];
  const load = (from: number, count: number): void => {
    network.input.values.set(file.inputs.slice(from, from + count).flat());
    network.labels.values.set(file.labels.slice(from, from + count));
  };
  const compare = (key: keyof GoldenDifference, actual: Float32Array, expected: readonly number[]): void => {
    expected.forEach((v, i) => {
      const d = Math.abs(actual[i] - v);
      difference[key] = Math.max(difference[key], Number.isNaN(d) ? Infinity : d);
    });
  };

  for (let batch = 0; batch < batches; batch++) {
    const from = batch * rows;
    load(from, rows);
    const masks = golden.drop_masks?.slice(from, from + rows);
    if (masks !== undefined) {
      for (let l = 0; l < hidden; l++) network.layers[l].mask?.values.set(masks.flatMap((sample) => sample[l]));
    }
    network.forward(rows, true);
    const outputs = network.loss.probabilities.values.subarray(0, rows * classes);
    compare('outputs', outputs, golden.train_outputs.slice(from, from + rows).flat());
    network.refreshFactors();
    if (masks !== undefined) maskFactorsAsTheReferenceDoes(network, masks[0]);
    const expected = factorsOf(golden, batch, batches);
    expected?.forEach((factors, l) => {
      compare('factors', network.modulations[l].factors.values, factors);
    });
    network.backward(rows);
    optimizer.step(golden.eta);
    network.layers.forEach((layer, l) => {
      compare('weights', layer.weights.values.values, golden.weights[batch][l].flat());
    });
  }
  load(0, 8);
  network.forward(8, false);
  compare('outputs', network.loss.probabilities.values, golden.final_outputs.slice(0, 8).flat());
  return difference;
}

function factorsOf(golden: GoldenCase, batch: number, batches: number): readonly (readonly number[])[] | undefined {
  if (batch === 0) return golden.factors_batch1;
  if (batch === 1) return golden.factors_batch2;
  return batch === batches - 1 ? golden.factors_last : undefined;
}

/**
 * The reference multiplies the rows of |W| by the mask of the batch's first sample before it sums them, which our
 * definition leaves out. To check all the rest against its dropout vectors, the factors are replaced by its own.
 */
function maskFactorsAsTheReferenceDoes(network: Network, mask: readonly (readonly number[])[]): void {
  network.modulations.forEach((modulation, l) => {
    const { weights, inputs, outputs } = network.layers[l];
    const w = weights.values.values;
    const sums = Array.from({ length: outputs }, (_, j) => {
      let s = 0;
      for (let i = 0; i < inputs; i++) s += Math.abs(w[j * inputs + i]) * mask[l][j];
      return s;
    });
    const strongest = Math.max(...sums);
    modulation.factors.values.set(sums.map((s) => Math.min(Math.max((2 * s) / strongest, 1), 2)));
  });
}
