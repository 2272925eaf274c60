import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { quantizeMultiplierFor, requantizeFactor, type Rounding } from '../../src/ir/requantize.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { Rng } from '../../src/util/rng.js';

/** A network to count: random weights, because counts depend on sizes and on which nodes are alive, not on meaning. */
export interface BenchModel {
  readonly id: string;
  readonly sizes: readonly number[];
  readonly learns: boolean;
  /** All nodes alive: the longest path of a learning step. Otherwise about half are. */
  readonly allAlive: boolean;
}

export const BENCH_MODELS: readonly BenchModel[] = [
  { id: '64-32-10', sizes: [64, 32, 10], learns: true, allAlive: false },
  { id: '64-32-10 all alive', sizes: [64, 32, 10], learns: true, allAlive: true },
  { id: '784-64-10', sizes: [784, 64, 10], learns: true, allAlive: false },
  { id: '784-128-64-10', sizes: [784, 128, 64, 10], learns: true, allAlive: false },
  { id: '784-256-256-10', sizes: [784, 256, 256, 10], learns: false, allAlive: false },
  { id: '784-256', sizes: [784, 256], learns: false, allAlive: false },
];

export const BENCH_LEARN: LearnSpec = {
  layers: 'all',
  learningRate: 0.0001,
  grapes: 'propagating',
  nodeSums: 'round-robin',
};

/** A relu network in integers, made without training or quantizing: the same on every machine. */
export function benchGraph({ sizes, allAlive }: BenchModel, rounding: Rounding = 'tflite'): QuantizedGraph {
  const rng = new Rng(7);
  const tensors: Tensor[] = [];
  const add = (tensor: Omit<Tensor, 'id'>): number => tensors.push({ id: tensors.length, ...tensor }) - 1;
  const perTensor = (scale: number, zeroPoint: number): Tensor['quant'] => ({
    scale: [Math.fround(scale)],
    zeroPoint: [zeroPoint],
    axis: null,
  });
  let quant = perTensor(1 / 64, 0)!;
  const input = add({ name: 'input', shape: [sizes[0]], dtype: 'int8', role: 'input', quant, data: null });
  let from = input;
  const ops = sizes.slice(1).map((outputs, k): QuantizedGraph['ops'][number] => {
    const inputs = sizes[k];
    const last = k === sizes.length - 2;
    const weightScale = Math.fround(Math.sqrt(2 / inputs) / 37);
    const channels = {
      scale: Array.from({ length: outputs }, () => weightScale),
      zeroPoint: Array.from({ length: outputs }, () => 0),
      axis: 0,
    };
    const out = perTensor(1 / 32, last ? 0 : -128)!;
    const fixed = quantizeMultiplierFor(rounding, requantizeFactor(quant.scale[0], weightScale, out.scale[0]));
    const bias = last || !allAlive ? 0 : 200_000;
    const op = {
      kind: 'fully_connected' as const,
      name: `dense${k + 1}`,
      input: from,
      weights: add({
        name: `w${k}`,
        shape: [outputs, inputs],
        dtype: 'int8',
        role: 'weight',
        quant: channels,
        data: Int8Array.from({ length: inputs * outputs }, () => rng.below(129) - 64),
      }),
      bias: add({
        name: `b${k}`,
        shape: [outputs],
        dtype: 'int32',
        role: 'bias',
        quant: { ...channels, scale: channels.scale.map((s) => Math.fround(s * quant.scale[0])) },
        data: new Int32Array(outputs).fill(bias),
      }),
      output: add({
        name: `y${k}`,
        shape: [outputs],
        dtype: 'int8',
        role: last ? 'output' : 'activation',
        quant: out,
        data: null,
      }),
      activation: last ? ('none' as const) : ('relu' as const),
      requantize: {
        multiplier: Array.from({ length: outputs }, () => fixed.multiplier),
        shift: Array.from({ length: outputs }, () => fixed.shift),
        zeroPoint: out.zeroPoint[0],
        clampMin: -128,
        clampMax: 127,
      },
    };
    from = op.output;
    quant = out;
    return op;
  });
  const classes = sizes[sizes.length - 1];
  return {
    schemaVersion: 1,
    stage: 'quantized',
    name: 'bench',
    classNames: Array.from({ length: classes }, (_, c) => String(c)),
    tensors,
    ops,
    input,
    output: from,
    ...(rounding === 'tflite' ? {} : { rounding }),
    provenance: { toolVersion: 'bench', seed: 7, inputs: {} },
  };
}
