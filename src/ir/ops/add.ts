import { plainRule, shapeText } from '../layer-rule.js';
import type { AddLayerSpec } from '../model-spec.js';

export const addRule = plainRule<AddLayerSpec>((_spec, inputs) => {
  if (inputs.length < 2) return 'adds two or more layers: name them in `from`';
  const other = inputs.find((shape) => String(shape) !== String(inputs[0]));
  return other === undefined
    ? inputs[0]
    : `adds layers of one shape, not ${shapeText(inputs[0])} and ${shapeText(other)}`;
});
