import type { QuantizedGraph } from '../../graph.js';
import type { AddOp, SquaredDifferenceOp, SubOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplierFor, type FixedMultiplier, type Rounding } from '../../requantize.js';
import type { DType } from '../../tensor.js';
import { reachOf } from '../accumulator-bound.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { constantOperands, constantValues, operandsOf, shapeOfTwo } from './operands.js';

/** How far inputs are shifted up before they are scaled: 9 bits of value, 20 behind the point; 16 and 15 for int16. */
export function sumLeftShift(dtype: DType): number {
  return dtype === 'int16' ? 15 : 20;
}

/** The three multipliers of a sum: both operands to twice the larger scale, and the sum to the output's. */
export interface SumMultipliers {
  readonly inputs: readonly [FixedMultiplier, FixedMultiplier];
  readonly output: FixedMultiplier;
}

/** Those of TFLite's add. */
export function addMultipliers(
  [a, b]: readonly [number, number],
  output: number,
  rounding: Rounding,
  dtype: DType = 'int8',
): SumMultipliers {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, real);
  return { inputs: [of(a / common), of(b / common)], output: of(common / (2 ** sumLeftShift(dtype) * output)) };
}

/** Those of TFLite's sub, whose quotients are rounded to float32. */
export function subMultipliers(
  [a, b]: readonly [number, number],
  output: number,
  rounding: Rounding,
  dtype: DType = 'int8',
): SumMultipliers {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, Math.fround(real));
  return {
    inputs: [of(a / common), of(b / common)],
    output: of(common / Math.fround(2 ** sumLeftShift(dtype) * output)),
  };
}

/** The real number that a multiplier stands for. */
function valueOf(graph: QuantizedGraph, { multiplier, shift }: FixedMultiplier): number {
  return (multiplier / (graph.rounding === 'single' ? 2 ** 32 : 2 ** 31)) * 2 ** shift;
}

/** The constant operand of a sum at the common scale, ready to be added: int32, negative for what is subtracted. */
export function constantTerms(graph: QuantizedGraph, op: AddOp | SubOp | SquaredDifferenceOp): Int32Array | null {
  const values = constantValues(graph, op);
  if (values === null) return null;
  const zero = zeroPointOf(graph, op.constant!);
  const { multiplier, shift } = op.inputMultipliers[1];
  const scale = scaleOf(graph);
  const sign = op.kind === 'sub' ? -1 : 1;
  return Int32Array.from(values, (q) => sign * scale((q - zero) * 2 ** op.leftShift, multiplier, shift));
}

/** Sum or difference of two tensors of one shape, or of one and a constant. */
function sumRule<O extends AddOp | SubOp>(sign: 1 | -1): IntegerRule<O> {
  return {
    inputs: [1, 2],
    constants: constantOperands,
    outputShape: (graph, op) => shapeOfTwo(graph, op, false),
    checkNumbers: (graph, op) => {
      const up = sumLeftShift(graph.tensors[op.output].dtype);
      if (op.leftShift !== up) return `shifts its inputs left by ${op.leftShift}, not ${up}`;
      return (
        op.inputMultipliers.map((m) => checkMultiplier(graph, m)).find((what) => what !== null) ??
        checkRequantize(graph, op.requantize, 1, op.output)
      );
    },
    bound: (graph, op) => {
      const shifted = operandsOf(op).map((id) => reachOf(graph, id) * 2 ** op.leftShift);
      const scaled = shifted.map((most, k) => most * valueOf(graph, op.inputMultipliers[k]) + 1);
      return Math.max(...shifted, (scaled[0] + scaled[1]) * 2 ** Math.max(0, op.requantize.shift[0]));
    },
    macs: () => 0,
    prepare: (graph, op) => {
      const [zeroA, zeroB] = operandsOf(op).map((id) => zeroPointOf(graph, id));
      const [a, b] = op.inputMultipliers;
      const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
      const scale = scaleOf(graph);
      const up = 2 ** op.leftShift;
      const terms = constantTerms(graph, op);
      return ([x, y], output) => {
        for (let i = 0; i < output.length; i++) {
          const first = scale((x[i] - zeroA) * up, a.multiplier, a.shift);
          const second =
            terms === null ? sign * scale((y[i] - zeroB) * up, b.multiplier, b.shift) : terms[i % terms.length];
          output[i] = clamp(zeroPoint + scale(first + second, multiplier[0], shift[0]), clampMin, clampMax);
        }
      };
    },
  };
}

export const addRule = sumRule<AddOp>(1);
export const subRule = sumRule<SubOp>(-1);
