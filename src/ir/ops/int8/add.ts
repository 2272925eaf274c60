import type { AddOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplierFor, type FixedMultiplier, type Rounding } from '../../requantize.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';

/** How far inputs are shifted up before they are scaled: 9 bits of value, 20 behind the point. */
export const ADD_LEFT_SHIFT = 20;

/** The three multipliers of TFLite's int8 add: both inputs to twice the larger scale, and the sum to the output's. */
export function addMultipliers(
  [a, b]: readonly [number, number],
  output: number,
  rounding: Rounding,
): { readonly inputs: readonly [FixedMultiplier, FixedMultiplier]; readonly output: FixedMultiplier } {
  const common = 2 * Math.max(a, b);
  const of = (real: number): FixedMultiplier => quantizeMultiplierFor(rounding, real);
  return { inputs: [of(a / common), of(b / common)], output: of(common / (2 ** ADD_LEFT_SHIFT * output)) };
}

/** The sum of two tensors of one shape. */
export const addRule: IntegerRule<AddOp> = {
  inputs: [2, 2],
  constants: () => [],
  outputShape: (graph, op) => sameShapes(op.inputs.map((id) => graph.tensors[id].shape)),
  checkNumbers: (graph, op) => {
    if (op.leftShift !== ADD_LEFT_SHIFT) return `shifts its inputs left by ${op.leftShift}, not ${ADD_LEFT_SHIFT}`;
    return (
      op.inputMultipliers.map((m) => checkMultiplier(graph, m)).find((what) => what !== null) ??
      checkRequantize(graph, op.requantize, 1, op.output)
    );
  },
  bound: (graph, op) => {
    const reach = Math.max(...op.inputs.map((id) => 128 + Math.abs(zeroPointOf(graph, id))));
    return 2 * reach * 2 ** op.leftShift * 2 ** Math.max(0, op.requantize.shift[0]);
  },
  macs: () => 0,
  prepare: (graph, op) => {
    const [zeroA, zeroB] = op.inputs.map((id) => zeroPointOf(graph, id));
    const [a, b] = op.inputMultipliers;
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    const up = 2 ** op.leftShift;
    return ([x, y], output) => {
      for (let i = 0; i < output.length; i++) {
        const sum =
          scale((x[i] - zeroA) * up, a.multiplier, a.shift) + scale((y[i] - zeroB) * up, b.multiplier, b.shift);
        output[i] = clamp(zeroPoint + scale(sum, multiplier[0], shift[0]), clampMin, clampMax);
      }
    };
  },
};

/** The shape that all have, or what is wrong. */
export function sameShapes(shapes: readonly (readonly number[])[]): readonly number[] | string {
  const other = shapes.find((shape) => String(shape) !== String(shapes[0]));
  return other === undefined
    ? shapes[0]
    : `takes equal shapes, not [${shapes[0].join(', ')}] and [${other.join(', ')}]`;
}
