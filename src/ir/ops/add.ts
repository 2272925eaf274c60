import type { FloatCall } from '../float-forward.js';
import { plainRule, shapeText } from '../layer-rule.js';
import type { AddLayerSpec } from '../model-spec.js';
import { activateFloat } from './activation.js';

export const addRule = plainRule<AddLayerSpec>((_spec, inputs) => {
  if (inputs.length < 2) return 'adds two or more layers: name them in `from`';
  const other = inputs.find((shape) => String(shape) !== String(inputs[0]));
  return other === undefined
    ? inputs[0]
    : `adds layers of one shape, not ${shapeText(inputs[0])} and ${shapeText(other)}`;
});

/** Scalar reference: the sum of all inputs, rounded once. */
export function addFloat({ spec, inputs, output }: FloatCall<AddLayerSpec>): void {
  for (let i = 0; i < output.length; i++) {
    const sum = inputs.reduce((s, x) => s + x[i], 0);
    output[i] = activateFloat(spec.activation, Math.fround(sum));
  }
}
