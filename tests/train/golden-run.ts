import type { ErrorPropagation, GrapesMode, ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import type { GrapesOptions, OptimizerOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { DropoutLayer } from '../../src/train/engines/wasm/layers/dropout.js';
import type { SoftmaxCrossEntropy } from '../../src/train/engines/wasm/losses/softmax-cross-entropy.js';
import { Machine } from '../../src/train/engines/wasm/machine.js';
import { WasmNetwork } from '../../src/train/engines/wasm/wasm-network.js';

/** A file of golden vectors, ours or the reference's. Weights are [out][in]. */
export interface GoldenFile {
  readonly layers: readonly number[];
  readonly batch_size: number;
  readonly batches: number;
  readonly w0: readonly (readonly (readonly number[])[])[];
  /** Of layers 2 and up, [in][out] */
  readonly feedback_FA?: readonly (readonly (readonly number[])[])[];
  /** Of layers 2 and up, [in][outputs] */
  readonly feedback_DFA?: readonly (readonly (readonly number[])[])[];
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
  /** Of RMSprop and Adam; 1e-8 if left out */
  readonly epsilon?: number;
  /** What the factors are, where not the plain rule of `learn` */
  readonly grapes?: Partial<GrapesOptions>;
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
  FA: 'off',
  DFA: 'off',
  'FAgrapes-local': 'local',
  'DFAgrapes-local': 'local',
  FAgrapes: 'propagating',
  DFAgrapes: 'propagating',
};

/** Runs a case through the engine, batch by batch, and says how far it is from the file. */
export function runGolden(file: GoldenFile, golden: GoldenCase, variant: GrapesOptions['variant']): GoldenDifference {
  const { layers: sizes, batch_size: rows, batches } = file;
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
  const rule = {
    ...TRAIN_DEFAULTS,
    optimizer: optimizerOf(golden),
    propagation: propagationOf(golden),
    grapes: { ...TRAIN_DEFAULTS.grapes, ...golden.grapes, mode: GRAPES_MODES[golden.learn], variant },
  };
  const network = new WasmNetwork(new Machine(), planNetwork(model, [sizes[0]]), rule, 8);
  network.writeParameters(file.w0.map((layer) => Float32Array.from(layer.flat())));
  if (golden.learn.startsWith('DFA')) network.writeFeedback(file.feedback_DFA!.map((b) => Float32Array.from(b.flat())));
  else if (golden.learn.startsWith('FA')) {
    network.writeFeedback(
      file.feedback_FA!.map((b) => Float32Array.from(b[0].flatMap((_, o) => b.map((row) => row[o])))),
    );
  }
  const { probabilities } = network.loss as SoftmaxCrossEntropy;
  const dropouts = network.layers.filter((layer) => layer instanceof DropoutLayer);
  const difference: GoldenDifference = { weights: 0, outputs: 0, factors: 0 };
  const classes = sizes[sizes.length - 1];
  const load = (from: number, count: number): void => {
    network.input.set(file.inputs.slice(from, from + count).flat());
    network.labels.set(file.labels.slice(from, from + count));
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
    dropouts.forEach((dropout, l) => {
      dropout.frozen = true;
      dropout.mask.values.set(masks!.flatMap((sample) => sample[l]));
    });
    network.step({ rows, step: batch, learningRate: golden.eta });
    const outputs = probabilities.values.subarray(0, rows * classes);
    compare('outputs', outputs, golden.train_outputs.slice(from, from + rows).flat());
    factorsOf(golden, batch, batches)?.forEach((factors, l) => {
      compare('factors', network.modulated[l].factors.values, factors);
    });
    network.readParameters().forEach((weights, l) => {
      compare('weights', weights, golden.weights[batch][l].flat());
    });
  }
  load(0, 8);
  network.evaluate(8);
  compare('outputs', probabilities.values, golden.final_outputs.slice(0, 8).flat());
  return difference;
}

function factorsOf(golden: GoldenCase, batch: number, batches: number): readonly (readonly number[])[] | undefined {
  if (batch === 0) return golden.factors_batch1;
  if (batch === 1) return golden.factors_batch2;
  return batch === batches - 1 ? golden.factors_last : undefined;
}

function optimizerOf({ update, eta: learningRate, epsilon = 1e-8 }: GoldenCase): OptimizerOptions {
  switch (update) {
    case 'SGD':
      return { type: 'sgd', learningRate };
    case 'mom':
      return { type: 'momentum', learningRate, momentum: 0.9 };
    case 'NAG':
      return { type: 'nag', learningRate, momentum: 0.9 };
    case 'rmsprop':
      return { type: 'rmsprop', learningRate, decay: 0.9, epsilon };
    case 'Adam':
      return { type: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon };
    default:
      throw new RangeError(`no optimizer ${update}`);
  }
}

function propagationOf({ learn }: GoldenCase): ErrorPropagation {
  if (learn.startsWith('DFA')) return 'dfa';
  return learn.startsWith('FA') ? 'fa' : 'bp';
}
