import type { SquaredDifferenceOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplierFor, type FixedMultiplier, type Rounding } from '../../requantize.js';
import { reachOf } from '../accumulator-bound.js';
import { constantTerms, type SumMultipliers } from './add.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { constantOperands, operandsOf, shapeOfTwo } from './operands.js';

/** How far inputs are shifted up before they are scaled, so that the square fits in an int32. */
export const DIFFERENCE_LEFT_SHIFT = 7;

/** Both operands to twice the larger scale, and the square of that, 2^14 times as fine, to the output's. */
export function squaredDifferenceMultipliers(
  [a, b]: readonly [number, number],
  output: number,
  rounding: Rounding,
): SumMultipliers {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, real);
  return {
    inputs: [of(a / common), of(b / common)],
    output: of((common * common) / Math.fround(4 ** DIFFERENCE_LEFT_SHIFT * output)),
  };
}

/** (a - b)^2, element by element; the second operand may repeat along the leading axes. */
export const squaredDifferenceRule: IntegerRule<SquaredDifferenceOp> = {
  inputs: [1, 2],
  constants: constantOperands,
  outputShape: (graph, op) => shapeOfTwo(graph, op, true),
  checkNumbers: (graph, op) =>
    op.leftShift !== DIFFERENCE_LEFT_SHIFT
      ? `shifts its inputs left by ${op.leftShift}, not ${DIFFERENCE_LEFT_SHIFT}`
      : (op.inputMultipliers.map((m) => checkMultiplier(graph, m)).find((what) => what !== null) ??
        checkRequantize(graph, op.requantize, 1, op.output)),
  bound: (graph, op) => {
    const unit = graph.rounding === 'single' ? 2 ** 32 : 2 ** 31;
    const scaled = operandsOf(op).map((id, k) => {
      const { multiplier, shift } = op.inputMultipliers[k];
      return reachOf(graph, id) * 2 ** op.leftShift * (multiplier / unit) * 2 ** shift + 1;
    });
    return (scaled[0] + scaled[1]) ** 2 * 2 ** Math.max(0, op.requantize.shift[0]);
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
        const second =
          terms === null ? scale((y[i % y.length] - zeroB) * up, b.multiplier, b.shift) : terms[i % terms.length];
        const difference = scale((x[i] - zeroA) * up, a.multiplier, a.shift) - second;
        const square = scale(difference * difference, multiplier[0], shift[0]);
        output[i] = clamp(zeroPoint + square, clampMin, clampMax);
      }
    };
  },
};
