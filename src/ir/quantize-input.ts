import { ToolError } from '../errors/tool-error.js';
import type { QuantizedGraph } from './graph.js';
import { integersOf, limitsOf, type Integers } from './tensor.js';

/** Nearest integer, halves away from zero: C's round(). */
export function roundHalfAway(x: number): number {
  const whole = Math.trunc(x);
  const rest = x - whole; // exact, unlike x + 0.5
  return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
}

/**
 * Real values as the network's int8 or int16 input: q = clamp(round_half_away(x / scale) + zeroPoint), the quotient in
 * double. Done on the host only: samples travel as integers. Throws INPUT_MISMATCH or INPUT_NON_FINITE.
 */
export function quantizeInput(graph: QuantizedGraph, real: Float32Array): Integers {
  const { quant, shape, dtype } = graph.tensors[graph.input];
  const size = shape.reduce((n, d) => n * d, 1);
  const { lowest, highest } = limitsOf({ dtype });
  if (real.length !== size) {
    throw new ToolError('INPUT_MISMATCH', `The sample has ${real.length} values, the model takes ${size}.`, {
      context: { actual: real.length, expected: size },
    });
  }
  const scale = quant!.scale[0];
  const zeroPoint = quant!.zeroPoint[0];
  const out = integersOf({ dtype }, size);
  for (let i = 0; i < size; i++) {
    const x = real[i];
    if (!Number.isFinite(x)) {
      throw new ToolError('INPUT_NON_FINITE', `The sample holds ${x} at index ${i}.`, { context: { index: i } });
    }
    out[i] = Math.max(lowest, Math.min(highest, roundHalfAway(x / scale) + zeroPoint));
  }
  return out;
}
