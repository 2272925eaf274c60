import type { QuantizedGraph } from '../../graph.js';
import type { AddOp, SubOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplierFor, type FixedMultiplier, type Rounding } from '../../requantize.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { constantOperands, constantValues, operandsOf, shapeOfTwo } from './operands.js';

/** How far inputs are shifted up before they are scaled: 9 bits of value, 20 behind the point. */
export const ADD_LEFT_SHIFT = 20;

/** The three multipliers of a sum: both operands to twice the larger scale, and the sum to the output's. */
export interface SumMultipliers {
  readonly inputs: readonly [FixedMultiplier, FixedMultiplier];
  readonly output: FixedMultiplier;
}

/** Those of TFLite's int8 add. */
export function addMultipliers([a, b]: readonly [number, number], output: number, rounding: Rounding): SumMultipliers {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, real);
  return { inputs: [of(a / common), of(b / common)], output: of(common / (2 ** ADD_LEFT_SHIFT * output)) };
}

/** Those of TFLite's int8 sub, whose quotients are rounded to float32. */
export function subMultipliers([a, b]: readonly [number, number], output: number, rounding: Rounding): SumMultipliers {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, Math.fround(real));
  return {
    inputs: [of(a / common), of(b / common)],
    output: of(common / Math.fround(2 ** ADD_LEFT_SHIFT * output)),
  };
}

/** The constant operand of a sum at the common scale, ready to be added: int32, negative for what is subtracted. */
export function constantTerms(graph: QuantizedGraph, op: AddOp | SubOp): Int32Array | null {
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
      if (op.leftShift !== ADD_LEFT_SHIFT) return `shifts its inputs left by ${op.leftShift}, not ${ADD_LEFT_SHIFT}`;
      return (
        op.inputMultipliers.map((m) => checkMultiplier(graph, m)).find((what) => what !== null) ??
        checkRequantize(graph, op.requantize, 1, op.output)
      );
    },
    bound: (graph, op) => {
      const reach = Math.max(...operandsOf(op).map((id) => 128 + Math.abs(zeroPointOf(graph, id))));
      return 2 * reach * 2 ** op.leftShift * 2 ** Math.max(0, op.requantize.shift[0]);
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
