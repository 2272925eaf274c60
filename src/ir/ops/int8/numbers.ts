import type { QuantizedGraph } from '../../graph.js';
import type { Requantize } from '../../quant-params.js';
import { multiplyByQuantizedMultiplier, multiplySingleRounding, type FixedMultiplier } from '../../requantize.js';

/** From an accumulator to an output, before the zero point is added. */
export type Scale = (accumulator: number, multiplier: number, shift: number) => number;

/** The requantization that the graph's `rounding` names. */
export function scaleOf(graph: Pick<QuantizedGraph, 'rounding'>): Scale {
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

/** Do two tensors mean the same by the same byte? */
export function sameQuantization(graph: QuantizedGraph, a: number, b: number): boolean {
  return scaleOfTensor(graph, a) === scaleOfTensor(graph, b) && zeroPointOf(graph, a) === zeroPointOf(graph, b);
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

export function checkClamp(low: number, high: number): string | null {
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return whole && low >= -128 && low <= high && high <= 127 ? null : `clamps to [${low}, ${high}]`;
}

/** What is wrong with `requantize` for `channels` output channels that go to tensor `output`. */
export function checkRequantize(
  graph: QuantizedGraph,
  requantize: Requantize,
  channels: number,
  output: number,
): string | null {
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = requantize;
  if (multiplier.length !== channels || shift.length !== channels) {
    return `has ${multiplier.length} multipliers and ${shift.length} shifts for ${channels} outputs`;
  }
  for (let c = 0; c < channels; c++) {
    const wrong = checkMultiplier(graph, { multiplier: multiplier[c], shift: shift[c] });
    if (wrong !== null) return wrong;
  }
  if (zeroPoint !== zeroPointOf(graph, output)) return 'adds another zero point than its output has';
  return checkClamp(clampMin, clampMax);
}
