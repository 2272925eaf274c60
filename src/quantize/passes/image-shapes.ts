import type { FloatGraph, FloatOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';
import { addActivation, reshapeOp, withInputs } from './graph-edit.js';

const ON_IMAGES: readonly FloatOp['kind'][] = [
  'conv_2d',
  'depthwise_conv_2d',
  'max_pool_2d',
  'average_pool_2d',
  'global_average_pool_2d',
];

/** Layers read [height, width] as one channel; integer ops want [height, width, 1], so a reshape goes between. */
export function imageShapes(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    const { shape } = tensors[op.input];
    if (!ON_IMAGES.includes(op.kind) || shape.length !== 2) return [op];
    const name = `${op.name}_image`;
    const image = addActivation(tensors, name, [...shape, 1]);
    return [reshapeOp(name, op.input, image, [...shape, 1]), withInputs(op, [image])];
  });
  return ops.length === graph.ops.length ? graph : { ...graph, tensors, ops };
}
