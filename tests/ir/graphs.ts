import type {
  Activation,
  FloatGraph,
  FullyConnectedOp,
  FloatOp,
  QuantizedGraph,
  QuantizedOp,
} from '../../src/ir/graph.js';
import type { QuantParams } from '../../src/ir/quant-params.js';
import { tanhTable } from '../../src/ir/ops/int8/lookup-tables.js';
import { TANH_OUTPUT } from '../../src/ir/ops/lookup.js';
import { quantizeMultiplier, requantizeFactor } from '../../src/ir/requantize.js';
import type { Tensor, TensorData, TensorRole } from '../../src/ir/tensor.js';
import type { Rng } from '../../src/util/rng.js';

export const PROVENANCE = { toolVersion: 'test', seed: 1, inputs: {} } as const;

/** Collects tensors with their ids. */
export class TensorList {
  readonly tensors: Tensor[] = [];

  add(name: string, shape: readonly number[], role: TensorRole, quant: QuantParams | null, data: TensorData | null) {
    const id = this.tensors.length;
    const dtype = quant === null && role !== 'table' ? 'float32' : role === 'bias' ? 'int32' : 'int8';
    this.tensors.push({ id, name, shape, dtype, role, quant, data });
    return id;
  }
}

export interface RandomGraphOptions {
  readonly sizes: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
}

/** A float MLP with weights uniform in ±sqrt(6 / in). */
export function randomFloatGraph(rng: Rng, { sizes, activation, bias }: RandomGraphOptions): FloatGraph {
  const list = new TensorList();
  let input = list.add('input', [sizes[0]], 'input', null, null);
  const ops: FloatOp[] = [];
  for (let k = 1; k < sizes.length; k++) {
    const last = k === sizes.length - 1;
    const limit = Math.sqrt(6 / sizes[k - 1]);
    const draw = (n: number, by: number): Float32Array => Float32Array.from({ length: n }, () => rng.range(-by, by));
    const weights = draw(sizes[k] * sizes[k - 1], limit);
    const op: FullyConnectedOp = {
      kind: 'fully_connected',
      name: `dense${k}`,
      input,
      weights: list.add(`w${k}`, [sizes[k], sizes[k - 1]], 'weight', null, weights),
      bias: bias ? list.add(`b${k}`, [sizes[k]], 'bias', null, draw(sizes[k], 0.2)) : null,
      output: list.add(`y${k}`, [sizes[k]], last ? 'output' : 'activation', null, null),
      activation: last ? 'none' : activation,
      requantize: null,
    };
    ops.push(op);
    input = op.output;
  }
  return {
    schemaVersion: 1,
    stage: 'float',
    name: 'net',
    classNames: Array.from({ length: sizes[sizes.length - 1] }, (_, c) => `c${c}`),
    tensors: list.tensors,
    ops,
    input: 0,
    output: input,
    provenance: PROVENANCE,
  };
}

/**
 * A quantized MLP made of random integers, not by the quantizer: zero points, scales and clamps anywhere in their
 * ranges, so that arithmetic is tested where a well-trained network never goes.
 */
export function randomQuantizedGraph(rng: Rng, { sizes, activation, bias }: RandomGraphOptions): QuantizedGraph {
  const list = new TensorList();
  const perTensor = (scale: number, zeroPoint: number): QuantParams => ({
    scale: [Math.fround(scale)],
    zeroPoint: [zeroPoint],
    axis: null,
  });
  const anyZero = (): number => rng.below(256) - 128;
  let inputQuant = perTensor(rng.range(0.003, 0.02), anyZero());
  let input = list.add('input', [sizes[0]], 'input', inputQuant, null);
  const ops: QuantizedOp[] = [];
  for (let k = 1; k < sizes.length; k++) {
    const last = k === sizes.length - 1;
    const [inputs, outputs] = [sizes[k - 1], sizes[k]];
    const tanh = activation === 'tanh' && !last;
    const scale = Array.from({ length: outputs }, () => Math.fround(rng.range(0.002, 0.01)));
    const channels = (s: readonly number[]): QuantParams => ({ scale: s, zeroPoint: s.map(() => 0), axis: 0 });
    const weights = Int8Array.from({ length: inputs * outputs }, () => rng.below(255) - 127);
    const biases = Int32Array.from({ length: outputs }, () => rng.below(8001) - 4000);
    const outQuant = perTensor(rng.range(0.5, 1.5) * 0.01 * Math.sqrt(inputs), anyZero());
    const fixed = scale.map((s) => quantizeMultiplier(requantizeFactor(inputQuant.scale[0], s, outQuant.scale[0])));
    const zeroPoint = outQuant.zeroPoint[0];
    const op: FullyConnectedOp = {
      kind: 'fully_connected',
      name: `dense${k}`,
      input,
      weights: list.add(`w${k}`, [outputs, inputs], 'weight', channels(scale), weights),
      bias: bias
        ? list.add(`b${k}`, [outputs], 'bias', channels(scale.map((s) => Math.fround(s * inputQuant.scale[0]))), biases)
        : null,
      output: list.add(`y${k}`, [outputs], last ? 'output' : 'activation', outQuant, null),
      activation: last || tanh ? 'none' : activation,
      requantize: {
        multiplier: fixed.map((m) => m.multiplier),
        shift: fixed.map((m) => m.shift),
        zeroPoint,
        clampMin: !last && activation === 'relu' ? zeroPoint : -128,
        clampMax: 127,
      },
    };
    ops.push(op);
    input = op.output;
    inputQuant = outQuant;
    if (tanh) {
      const table = list.add(`t${k}`, [256], 'table', null, tanhTable({ scale: outQuant.scale[0], zeroPoint }));
      inputQuant = perTensor(TANH_OUTPUT.scale, TANH_OUTPUT.zeroPoint);
      const output = list.add(`a${k}`, [outputs], 'activation', inputQuant, null);
      ops.push({ kind: 'lookup', name: `tanh${k}`, input, table, output, activation: 'tanh' });
      input = output;
    }
  }
  return {
    schemaVersion: 1,
    stage: 'quantized',
    name: 'net',
    classNames: Array.from({ length: sizes[sizes.length - 1] }, (_, c) => `c${c}`),
    tensors: list.tensors,
    ops,
    input: 0,
    output: input,
    provenance: PROVENANCE,
  };
}
