import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import { runFloat, runInt8 } from '../ir/interpret.js';
import { quantizeInput } from '../ir/quantize-input.js';
import type { LayerQuantReport, QuantizeReport } from '../ir/report.js';
import { limitsOf, tensorBytes, type IntegerLimits, type Integers } from '../ir/tensor.js';
import type { Steps } from '../util/steps.js';
import { clip, lookupReach } from './schemes/lookup-reach.js';

/** What `quantize` knows without a test set; see {@link completeQuantizeReport}. */
export type PartialQuantizeReport = Omit<QuantizeReport, 'float' | 'int8'>;

/** A multiplier (int32) and a shift (int8) for each output of a layer of weights. */
const REQUANTIZE_BYTES = 5;

interface Tally {
  signal: number;
  noise: number;
  saturated: number;
  values: number;
}

/**
 * Runs both networks on `inputs` and compares every op's output. The graphs have the same ops over the same tensor
 * ids: `float` after the passes, `int8` made from it. Noise accumulates from layer to layer, as it does on a device.
 * Sums before a tanh or sigmoid are compared within its reach: what lies beyond makes no difference.
 */
export function* reportLayersSteps(
  float: FloatGraph,
  int8: QuantizedGraph,
  inputs: readonly Float32Array[],
): Steps<Omit<PartialQuantizeReport, 'sensitivity'>> {
  const tallies = int8.ops.map((): Tally => ({ signal: 0, noise: 0, saturated: 0, values: 0 }));
  const bits = new Map(int8.tensors.map((t) => [t.id, t.dtype === 'int16' ? 16 : 8] as const));
  const reach = lookupReach(float, bits);
  for (const [n, input] of inputs.entries()) {
    const real = runFloat(float, input).tensors;
    const integers = runInt8(int8, quantizeInput(int8, input)).tensors;
    int8.ops.forEach((op, k) => {
      const { scale, zeroPoint } = int8.tensors[op.output].quant!;
      const values = real.get(op.output)!;
      const within = reach.get(op.output);
      const exact = within === undefined ? values : values.map((v) => clip(v, within));
      const grid = { scale: scale[0], zeroPoint: zeroPoint[0], ...limitsOf(int8.tensors[op.output]) };
      compare(tallies[k], exact, integers.get(op.output)!, grid);
    });
    yield { label: 'compare layers', done: n + 1, total: inputs.length };
  }
  const layers = int8.ops.map((op, k): LayerQuantReport => {
    const { scale, zeroPoint } = int8.tensors[op.output].quant!;
    const { values, saturated } = tallies[k];
    return {
      name: op.name,
      sqnrDb: sqnr(tallies[k]),
      saturation: values === 0 ? 0 : saturated / values,
      scale: scale[0],
      zeroPoint: zeroPoint[0],
      output: int8.tensors[op.output].dtype === 'int16' ? 'int16' : 'int8',
      weights: 'weights' in op ? (int8.tensors[op.weights].dtype === 'int4' ? 'int4' : 'int8') : null,
      ...constantBytes(float, int8, k),
    };
  });
  const sum = (key: 'floatBytes' | 'int8Bytes'): number => layers.reduce((n, l) => n + l[key], 0);
  return { schemaVersion: 1, layers, floatBytes: sum('floatBytes'), int8Bytes: sum('int8Bytes') };
}

interface Grid extends IntegerLimits {
  readonly scale: number;
  readonly zeroPoint: number;
}

function compare(tally: Tally, real: Float32Array, integers: Integers, grid: Grid): void {
  const { scale, zeroPoint } = grid;
  // One step of grace: an end of tanh, 1, lies exactly one step above the largest integer.
  const lowest = scale * (grid.lowest - 1 - zeroPoint);
  const highest = scale * (grid.highest + 1 - zeroPoint);
  for (let i = 0; i < real.length; i++) {
    const error = real[i] - scale * (integers[i] - zeroPoint);
    tally.signal += real[i] * real[i];
    tally.noise += error * error;
    if (real[i] < lowest || real[i] > highest) tally.saturated++;
  }
  tally.values += real.length;
}

/** In dB to two decimals, within ±200; null if there is no noise at all. */
export function sqnr({ signal, noise }: Pick<Tally, 'signal' | 'noise'>): number | null {
  if (noise === 0) return null;
  if (signal === 0) return -200;
  return Math.round(100 * Math.max(-200, Math.min(200, 10 * Math.log10(signal / noise)))) / 100;
}

function constantBytes(float: FloatGraph, int8: QuantizedGraph, k: number): { floatBytes: number; int8Bytes: number } {
  const op = int8.ops[k];
  if (op.kind === 'lookup') return { floatBytes: 0, int8Bytes: tensorBytes(int8.tensors[op.table]) };
  if (!('weights' in op)) return { floatBytes: 0, int8Bytes: 0 };
  const ids = op.bias === null ? [op.weights] : [op.weights, op.bias];
  const bytes = (graph: FloatGraph | QuantizedGraph): number =>
    ids.reduce((n, id) => n + tensorBytes(graph.tensors[id]), 0);
  return {
    floatBytes: bytes(float),
    int8Bytes: bytes(int8) + REQUANTIZE_BYTES * op.requantize!.multiplier.length,
  };
}
