import type { FloatCall } from '../float-forward.js';
import { plainRule } from '../layer-rule.js';
import type { RateCodeLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';

/** Any input is read row by row as one vector of features. */
export const rateCodeRule = plainRule<RateCodeLayerSpec>((spec, inputs) => [spec.steps, elementCount(inputs[0])]);

/** Scalar reference, with the draws of evaluation: a function of (spec.seed, step · features + feature). */
export function rateCodeFloat({ spec, inputs, output }: FloatCall<RateCodeLayerSpec>): void {
  const [x] = inputs;
  for (let i = 0; i < output.length; i++) {
    const probability = Math.min(1, Math.max(0, Math.fround(spec.gain * x[i % x.length])));
    output[i] = hashOf((spec.seed + Math.imul(i, 0x9e3779b9)) >>> 0) < probability * 4294967296 ? 1 : 0;
  }
}

/** SplitMix32's finalizer, as in the kernels' dropout masks. */
function hashOf(x: number): number {
  let z = x;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
