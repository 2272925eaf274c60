import { plainRule, shapeText } from '../layer-rule.js';
import type { ActivationLayerSpec, DropoutLayerSpec, FlattenLayerSpec, ReshapeLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';

export const flattenRule = plainRule<FlattenLayerSpec>((_spec, inputs) => [elementCount(inputs[0])]);

export const reshapeRule = plainRule<ReshapeLayerSpec>((spec, inputs) =>
  elementCount(spec.shape) === elementCount(inputs[0])
    ? spec.shape
    : `cannot make ${shapeText(spec.shape)} (${elementCount(spec.shape)} values) of ${shapeText(inputs[0])} (${elementCount(inputs[0])})`,
);

/** Element by element, the shape stays. */
export const elementwiseRule = plainRule<ActivationLayerSpec | DropoutLayerSpec>((_spec, inputs) => inputs[0]);
