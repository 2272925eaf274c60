import type { QuantizedGraph } from '../../graph.js';
import type { LstmOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplierFor, type FixedMultiplier } from '../../requantize.js';
import { reachOf, requantizedBound } from '../accumulator-bound.js';
import { sumByChannel } from './convolution.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { logisticOf, sigmoidalArgument, tanhOf } from './sigmoidal.js';

/** Input, forget, cell and output gate, in the order in which their weights lie. */
export const LSTM_GATES = 4;
/** Sums of the gates count in 2^-12, what comes out of them in 2^-15. */
const GATE_SCALE = 2 ** -15;
/** Of a gate: 2^-12 is three units of 1/12288. */
const GATE_ARGUMENT = 3;

export interface LstmSizes {
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
}

export function lstmSizes(graph: QuantizedGraph, op: LstmOp): LstmSizes {
  const [steps, inputs] = graph.tensors[op.input].shape;
  return { steps, inputs, units: graph.tensors[op.recurrentWeights].shape[1] };
}

/** What follows from the scale of the cell state. */
export interface CellNumbers {
  /** Forget gate times cell state, to the cell state. */
  readonly forget: FixedMultiplier;
  /** Input gate times cell gate, to the cell state. */
  readonly update: FixedMultiplier;
  /** From the cell state to the argument of tanh. */
  readonly argument: FixedMultiplier;
}

/** Null where the scale is no power of two that TFLite's tanh takes. */
export function cellNumbers(graph: Pick<QuantizedGraph, 'rounding'>, { cellScale }: LstmOp): CellNumbers | null {
  const argument = Number.isInteger(Math.log2(cellScale)) ? sigmoidalArgument('tanh', cellScale) : null;
  if (argument === null) return null;
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(graph.rounding ?? 'tflite', real);
  return { forget: of(GATE_SCALE), update: of((GATE_SCALE * GATE_SCALE) / cellScale), argument };
}

/** Constants as reference and kernel use them: the zero points folded into biases of both sums, row by row of the weights. */
export interface LstmConstants {
  readonly inputWeights: Int8Array;
  readonly recurrentWeights: Int8Array;
  readonly inputBias: Int32Array;
  readonly recurrentBias: Int32Array;
}

export function lstmConstants(graph: QuantizedGraph, op: LstmOp): LstmConstants {
  const [inputWeights, recurrentWeights] = [op.inputWeights, op.recurrentWeights].map(
    (id) => graph.tensors[id].data as Int8Array,
  );
  const bias = graph.tensors[op.gateBias].data as Int32Array;
  const folded = (weights: Int8Array, tensor: number): Float64Array =>
    sumByChannel(weights, bias.length, false, (w) => w).map((sum) => -zeroPointOf(graph, tensor) * sum);
  return {
    inputWeights,
    recurrentWeights,
    inputBias: Int32Array.from(folded(inputWeights, op.input), (b, row) => b + bias[row]),
    recurrentBias: Int32Array.from(folded(recurrentWeights, op.output)),
  };
}

/** TFLite's LSTM of int8 with an int16 cell state, over a whole sequence, from a state of zero. */
export const lstmRule: IntegerRule<LstmOp> = {
  inputs: [1, 1],
  constants: (op) => [
    { id: op.inputWeights, what: 'input weights', role: 'weight' },
    { id: op.recurrentWeights, what: 'recurrent weights', role: 'weight' },
    { id: op.gateBias, what: 'bias', role: 'bias' },
  ],
  outputShape: (graph, op) => {
    const of = (id: number): readonly number[] => graph.tensors[id].shape;
    const { shape } = graph.tensors[op.input];
    if (shape.length !== 2) return `takes [steps, inputs], not [${shape.join(', ')}]`;
    const { steps, inputs, units } = lstmSizes(graph, op);
    const rows = LSTM_GATES * units;
    if (String(of(op.inputWeights)) !== String([rows, inputs])) return 'has input weights of another shape';
    if (String(of(op.recurrentWeights)) !== String([rows, units])) return 'has recurrent weights of another shape';
    return String(of(op.gateBias)) === String([rows]) ? [steps, units] : 'has a bias of another length';
  },
  checkNumbers: (graph, op) => {
    const gates = [...op.inputGates, ...op.recurrentGates];
    if (gates.length !== 2 * LSTM_GATES) return `has ${gates.length} multipliers of gates`;
    if (cellNumbers(graph, op) === null) return `has a cell state of scale ${op.cellScale}`;
    if (!Number.isInteger(op.cellClip) || op.cellClip < 0 || op.cellClip > 32767) return `clips at ${op.cellClip}`;
    const wrong = gates.map((m) => checkMultiplier(graph, m)).find((what) => what !== null);
    return wrong ?? checkRequantize(graph, op.requantize, 1, op.output);
  },
  bound: (graph, op) => {
    const { inputWeights, recurrentWeights } = lstmConstants(graph, op);
    const bias = graph.tensors[op.gateBias].data as Int32Array;
    const { units } = lstmSizes(graph, op);
    const most = (
      weights: Int8Array,
      tensor: number,
      gates: readonly FixedMultiplier[],
      of: ArrayLike<number>,
    ): number =>
      sumByChannel(weights, bias.length, false, Math.abs).reduce((largest, sum, row) => {
        const { multiplier, shift } = gates[Math.floor(row / units)];
        const numbers = { ...op.requantize, multiplier: [multiplier], shift: [shift] };
        return Math.max(largest, requantizedBound(numbers, 0, Math.abs(of[row]) + reachOf(graph, tensor) * sum));
      }, 0);
    const none = new Int32Array(bias.length);
    const { update } = cellNumbers(graph, op)!;
    return Math.max(
      most(inputWeights, op.input, op.inputGates, bias),
      most(recurrentWeights, op.output, op.recurrentGates, none),
      2 ** 30 * 2 ** Math.max(0, update.shift, op.requantize.shift[0]),
    );
  },
  macs: (graph, op) => {
    const { steps, inputs, units } = lstmSizes(graph, op);
    return steps * LSTM_GATES * units * (inputs + units);
  },
  prepare: (graph, op) => {
    const { steps, inputs, units } = lstmSizes(graph, op);
    const { inputWeights, recurrentWeights, inputBias, recurrentBias } = lstmConstants(graph, op);
    const { forget, update, argument } = cellNumbers(graph, op)!;
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    const to16 = (v: number): number => clamp(v, -32768, 32767);
    const by = (v: number, m: FixedMultiplier): number => to16(scale(v, m.multiplier, m.shift));
    const half = argument.shift > 0 ? 2 ** (argument.shift - 1) : 0;
    const cell = new Int16Array(units);
    const initial = new Int8Array(units).fill(zeroPointOf(graph, op.output));
    return ([x], output) => {
      cell.fill(0);
      const sum = (row: number, w: Int8Array, width: number, from: ArrayLike<number>, first: number): number => {
        let acc = 0;
        for (let i = 0; i < width; i++) acc += w[row * width + i] * from[first + i];
        return acc;
      };
      for (let t = 0; t < steps; t++) {
        const [state, first] = t === 0 ? [initial, 0] : [output, (t - 1) * units];
        const gate = (g: number, u: number): number => {
          const row = g * units + u;
          const seen = by(inputBias[row] + sum(row, inputWeights, inputs, x, t * inputs), op.inputGates[g]);
          const kept = by(recurrentBias[row] + sum(row, recurrentWeights, units, state, first), op.recurrentGates[g]);
          return (g === 2 ? tanhOf : logisticOf)(GATE_ARGUMENT * to16(seen + kept));
        };
        for (let u = 0; u < units; u++) {
          const [inputGate, forgetGate, cellGate, outputGate] = [0, 1, 2, 3].map((g) => gate(g, u));
          const next = to16(by(forgetGate * cell[u], forget) + by(inputGate * cellGate, update));
          cell[u] = op.cellClip > 0 ? clamp(next, -op.cellClip, op.cellClip) : next;
          const shown = tanhOf(Math.floor((cell[u] * argument.multiplier + half) / 2 ** argument.shift));
          const y = zeroPoint + scale(shown * outputGate, multiplier[0], shift[0]);
          output[t * units + u] = clamp(y, clampMin, clampMax);
        }
      }
    };
  },
};
