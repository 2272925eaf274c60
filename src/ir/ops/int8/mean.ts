import type { MeanOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { quantizeMultiplier, quantizeMultiplierSingle, type FixedMultiplier, type Rounding } from '../../requantize.js';
import { reachOf } from '../accumulator-bound.js';
import { checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';

/**
 * From a sum over `places` to the output's scale, as TFLite folds the division in: the Q31 multiplier of the scales'
 * quotient, shifted up by floor(log2 places), divided by `places` and cut.
 */
export function meanMultiplier(
  inputScale: number,
  outputScale: number,
  places: number,
  rounding: Rounding,
): FixedMultiplier {
  if (rounding === 'single') return quantizeMultiplierSingle(inputScale / outputScale / places);
  const { multiplier, shift } = quantizeMultiplier(inputScale / outputScale);
  const up = Math.min(Math.floor(Math.log2(places)), 32, 31 + shift);
  return { multiplier: Number((BigInt(multiplier) << BigInt(up)) / BigInt(places)), shift: shift - up };
}

/** The mean over height and width: [height][width][channels] to [channels] or [1][1][channels]. */
export const meanRule: IntegerRule<MeanOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    if (shape.length !== 3) return `takes [height, width, channels], not [${shape.join(', ')}]`;
    const kept = [1, 1, shape[2]];
    return String(graph.tensors[op.output].shape) === String(kept) ? kept : [shape[2]];
  },
  checkNumbers: (graph, op) => {
    const [multiplier] = op.requantize.multiplier;
    // The division leaves multipliers in (2^29, 2^31).
    const whole = multiplier > 2 ** 29 && multiplier < 2 ** 30 ? multiplier * 2 : multiplier;
    return checkRequantize(graph, { ...op.requantize, multiplier: [whole] }, 1, op.output);
  },
  bound: (graph, op) => {
    const [height, width] = graph.tensors[op.input].shape;
    return 2 * reachOf(graph, op.input) * height * width * 2 ** Math.max(0, op.requantize.shift[0]);
  },
  macs: () => 0,
  prepare: (graph, op) => {
    const [height, width, channels] = graph.tensors[op.input].shape;
    const places = height * width;
    const zeroPointIn = zeroPointOf(graph, op.input);
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    return ([x], output) => {
      for (let i = 0; i < channels; i++) {
        let sum = -zeroPointIn * places;
        for (let k = i; k < x.length; k += channels) sum += x[k];
        output[i] = clamp(zeroPoint + scale(sum, multiplier[0], shift[0]), clampMin, clampMax);
      }
    };
  },
};
