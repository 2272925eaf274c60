import type { FloatCall } from '../float-forward.js';
import { plainRule, shapeText, type Shape } from '../layer-rule.js';
import type { MulLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';
import { activateFloat } from './activation.js';

/** The place of the factor that repeats: the smaller one, the second if both are of one size. */
export function repeatedFactor(inputs: readonly Shape[]): 0 | 1 {
  return elementCount(inputs[0]) < elementCount(inputs[1]) ? 0 : 1;
}

/** Are these the last axes of `of`, perhaps with axes of 1 before them? */
function repeatsOver(shape: Shape, of: Shape): boolean {
  const first = shape.findIndex((d) => d !== 1);
  const own = first < 0 ? shape.slice(-1) : shape.slice(first);
  return own.length <= of.length && String(own) === String(of.slice(of.length - own.length));
}

export const mulRule = plainRule<MulLayerSpec>((_spec, inputs) => {
  if (inputs.length !== 2) return 'multiplies two layers: name both in `from`';
  const small = repeatedFactor(inputs);
  const [whole, part] = [inputs[1 - small], inputs[small]];
  return repeatsOver(part, whole)
    ? whole
    : `multiplies layers of one shape, or one by the last axes of the other, not ${shapeText(inputs[0])} and ${shapeText(inputs[1])}`;
});

/** Scalar reference. */
export function mulFloat({ spec, inputShapes, inputs, output }: FloatCall<MulLayerSpec>): void {
  const small = repeatedFactor(inputShapes);
  const [x, factor] = [inputs[1 - small], inputs[small]];
  for (let i = 0; i < output.length; i++) {
    output[i] = activateFloat(spec.activation, Math.fround(x[i] * factor[i % factor.length]));
  }
}
