import type { QuantizedGraph } from '../../graph.js';
import type { Requantize } from '../../quant-params.js';
import {
  multiplyByQuantizedMultiplier,
  multiplySingleRounding,
  multiplyWide,
  type FixedMultiplier,
} from '../../requantize.js';
import { limitsOf, type IntegerLimits } from '../../tensor.js';

/** From an accumulator to an output, before the zero point is added. */
export type Scale = (accumulator: number, multiplier: number, shift: number) => number;

/** The requantization that the graph's `rounding` names, or that of Q15 multipliers. */
export function scaleOf(graph: Pick<QuantizedGraph, 'rounding'>, to?: Pick<Requantize, 'multiplierBits'>): Scale {
  if (to?.multiplierBits === 15) return multiplyWide;
  return graph.rounding === 'single' ? multiplySingleRounding : multiplyByQuantizedMultiplier;
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

export function zeroPointOf(graph: QuantizedGraph, tensor: number): number {
  return graph.tensors[tensor].quant!.zeroPoint[0];
}

export function scaleOfTensor(graph: QuantizedGraph, tensor: number): number {
  return graph.tensors[tensor].quant!.scale[0];
}

export function limitsOfTensor(graph: QuantizedGraph, tensor: number): IntegerLimits {
  return limitsOf(graph.tensors[tensor]);
}

/** Do two tensors mean the same by the same integer of the same type? */
export function sameQuantization(graph: QuantizedGraph, a: number, b: number): boolean {
  return (
    graph.tensors[a].dtype === graph.tensors[b].dtype &&
    scaleOfTensor(graph, a) === scaleOfTensor(graph, b) &&
    zeroPointOf(graph, a) === zeroPointOf(graph, b)
  );
}

/** What is wrong with a multiplier: [2^30, 2^31) or 0 and a shift in [-31, 30]; `single`: below 2^31, no right shift. */
export function checkMultiplier(graph: QuantizedGraph, { multiplier, shift }: FixedMultiplier): string | null {
  const single = graph.rounding === 'single';
  const least = single ? 0 : 2 ** 30;
  if (!Number.isInteger(multiplier) || !(multiplier === 0 || (multiplier >= least && multiplier < 2 ** 31))) {
    return `has the multiplier ${multiplier}, outside [${single ? '0' : '2^30'}, 2^31)`;
  }
  const lowest = single ? 0 : -31;
  return Number.isInteger(shift) && shift >= lowest && shift <= 30
    ? null
    : `has the shift ${shift}, outside [${lowest}, 30]`;
}

/** What is wrong with a Q15 multiplier: [2^14, 2^15) or 0 and a shift in [-31, 7]. */
function checkWideMultiplier({ multiplier, shift }: FixedMultiplier): string | null {
  const fits = Number.isInteger(multiplier) && multiplier >= 2 ** 14 && multiplier < 2 ** 15;
  if (!fits && multiplier !== 0) return `has the multiplier ${multiplier}, outside [2^14, 2^15)`;
  return Number.isInteger(shift) && shift >= -31 && shift <= 7 ? null : `has the shift ${shift}, outside [-31, 7]`;
}

/** Is the clamp within the type of tensor `output`? */
export function checkClamp(graph: QuantizedGraph, output: number, low: number, high: number): string | null {
  const { lowest, highest } = limitsOfTensor(graph, output);
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return whole && low >= lowest && low <= high && high <= highest ? null : `clamps to [${low}, ${high}]`;
}

/** What is wrong with `requantize` for `channels` output channels that go to tensor `output`. */
export function checkRequantize(
  graph: QuantizedGraph,
  requantize: Requantize,
  channels: number,
  output: number,
): string | null {
  const { multiplier, shift, zeroPoint, clampMin, clampMax, multiplierBits } = requantize;
  if (multiplierBits !== undefined && (multiplierBits !== 15 || graph.tensors[output].dtype !== 'int16')) {
    return `has multipliers of ${String(multiplierBits)} bits`;
  }
  if (multiplier.length !== channels || shift.length !== channels) {
    return `has ${multiplier.length} multipliers and ${shift.length} shifts for ${channels} outputs`;
  }
  for (let c = 0; c < channels; c++) {
    const fixed = { multiplier: multiplier[c], shift: shift[c] };
    const wrong = multiplierBits === 15 ? checkWideMultiplier(fixed) : checkMultiplier(graph, fixed);
    if (wrong !== null) return wrong;
  }
  if (zeroPoint !== zeroPointOf(graph, output)) return 'adds another zero point than its output has';
  return checkClamp(graph, output, clampMin, clampMax);
}
