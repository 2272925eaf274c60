// The same numbers in the two layouts: Keras puts outputs last, the plan (as TFLite does) puts them first.
import type { ParameterPart, Shape } from '../../ir/layer-rule.js';
import type { LayerType } from '../../ir/model-spec.js';
import type { PlannedParameter } from '../../ir/network-plan.js';
import { elementCount } from '../../ir/tensor.js';

/** Last part of an array's name in Keras. */
export function kerasPart(type: LayerType, part: ParameterPart): string {
  switch (part) {
    case 'weights':
      return type === 'depthwise_conv_2d' ? 'depthwise_kernel' : 'kernel';
    case 'recurrent_weights':
      return 'recurrent_kernel';
    default:
      return part;
  }
}

/** The shape in Keras of a parameter of ours. */
export function kerasShape(type: LayerType, { shape }: Pick<PlannedParameter, 'shape'>): Shape {
  if (shape.length === 1) return shape;
  // Depthwise weights stand alike; the channel axis is only split in two.
  if (type === 'depthwise_conv_2d') return shape;
  return [...shape.slice(1), shape[0]];
}

/** [..., out] → [out, ...] */
export function fromKeras(type: LayerType, parameter: PlannedParameter, values: Float32Array): Float32Array {
  if (isSame(type, parameter.shape)) return values;
  const outputs = parameter.shape[0];
  return transpose(values, elementCount(parameter.shape) / outputs, outputs);
}

/** [out, ...] → [..., out] */
export function toKeras(type: LayerType, parameter: PlannedParameter, values: Float32Array): Float32Array {
  if (isSame(type, parameter.shape)) return values;
  const outputs = parameter.shape[0];
  return transpose(values, outputs, elementCount(parameter.shape) / outputs);
}

function isSame(type: LayerType, shape: Shape): boolean {
  return shape.length === 1 || type === 'depthwise_conv_2d';
}

/** [rows][columns] → [columns][rows] */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}
