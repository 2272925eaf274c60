import { readdirSync, readFileSync } from 'node:fs';
import type { FullyConnectedOp, QuantizedGraph } from '../../src/ir/graph.js';
import { quantizeMultiplier, requantizeFactor } from '../../src/ir/requantize.js';
import { TensorList } from './graphs.js';

/** A file of tests/vectors/fully-connected: one dense op, inputs, and the outputs another implementation computed. */
interface FullyConnectedFile {
  readonly computedBy: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: 'none' | 'relu';
  readonly inputScale: number;
  readonly inputZeroPoint: number;
  readonly weightScale: readonly number[];
  readonly weights: readonly number[];
  readonly bias: readonly number[] | null;
  readonly outputScale: number;
  readonly outputZeroPoint: number;
  readonly cases: readonly { readonly input: readonly number[]; readonly output: readonly number[] }[];
}

export interface GraphVector {
  readonly name: string;
  readonly computedBy: string;
  readonly graph: QuantizedGraph;
  readonly cases: readonly { readonly input: Int8Array; readonly output: Int8Array }[];
}

/** Every vector as a graph of one op with its cases: for any runner of graphs. */
export function fullyConnectedVectors(): GraphVector[] {
  const folder = new URL('../vectors/fully-connected/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const v = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as FullyConnectedFile;
      const name = file.replace('.json', '');
      return {
        name,
        computedBy: v.computedBy,
        graph: graphOf(v, name),
        cases: v.cases.map((c) => ({ input: Int8Array.from(c.input), output: Int8Array.from(c.output) })),
      };
    });
}

function graphOf(v: FullyConnectedFile, name: string): QuantizedGraph {
  const list = new TensorList();
  const axis = v.weightScale.length === 1 ? null : 0;
  const symmetric = (scale: readonly number[]) => ({ scale, zeroPoint: scale.map(() => 0), axis });
  const perTensor = (scale: number, zero: number) => ({ scale: [scale], zeroPoint: [zero], axis: null });
  const input = list.add('x', [v.inputs], 'input', perTensor(v.inputScale, v.inputZeroPoint), null);
  const weights = Int8Array.from(v.weights);
  const biasScale = v.weightScale.map((s) => Math.fround(v.inputScale * s));
  const fixed = Array.from({ length: v.outputs }, (_, o) => {
    const scale = v.weightScale[axis === null ? 0 : o];
    return quantizeMultiplier(requantizeFactor(v.inputScale, scale, v.outputScale));
  });
  const op: FullyConnectedOp = {
    kind: 'fully_connected',
    name: 'dense1',
    input,
    weights: list.add('w', [v.outputs, v.inputs], 'weight', symmetric(v.weightScale), weights),
    bias: v.bias === null ? null : list.add('b', [v.outputs], 'bias', symmetric(biasScale), Int32Array.from(v.bias)),
    output: list.add('y', [v.outputs], 'output', perTensor(v.outputScale, v.outputZeroPoint), null),
    activation: v.activation,
    requantize: {
      multiplier: fixed.map((m) => m.multiplier),
      shift: fixed.map((m) => m.shift),
      zeroPoint: v.outputZeroPoint,
      clampMin: v.activation === 'relu' ? v.outputZeroPoint : -128,
      clampMax: 127,
    },
  };
  return {
    schemaVersion: 1,
    stage: 'quantized',
    name: name.replaceAll('-', '_'),
    classNames: Array.from({ length: v.outputs }, (_, c) => `c${c}`),
    tensors: list.tensors,
    ops: [op],
    input,
    output: op.output,
    provenance: { toolVersion: 'vectors', seed: null, inputs: {} },
  };
}
