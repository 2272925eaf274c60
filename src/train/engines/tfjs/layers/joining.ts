import type { ConcatenationLayerSpec, MulLayerSpec, PadLayerSpec } from '../../../../ir/model-spec.js';
import { joinedAxis } from '../../../../ir/ops/concatenation.js';
import { repeatedFactor } from '../../../../ir/ops/mul.js';
import { activate, type LayerFunction } from './layer.js';

export const concatenation: LayerFunction<ConcatenationLayerSpec> = (inputs, { tf, planned }) =>
  tf.concat([...inputs], joinedAxis(planned.spec, planned.inputShapes[0]) + 1);

/** The smaller factor with axes of 1 in front, so that it repeats for each sample by itself. */
export const mul: LayerFunction<MulLayerSpec> = (inputs, { tf, planned, rows }) => {
  const small = repeatedFactor(planned.inputShapes);
  const own = planned.inputShapes[small].filter((_, k, shape) => shape.slice(0, k + 1).some((d) => d !== 1));
  const leading = new Array<number>(planned.outputShape.length - own.length).fill(1);
  return activate(
    tf,
    inputs[1 - small].mul(inputs[small].reshape([rows, ...leading, ...own])),
    planned.spec.activation,
  );
};

export const pad: LayerFunction<PadLayerSpec> = ([x], { tf, planned }) => {
  const pads = planned.inputShapes[0].map((_, k) => [...(planned.spec.pads[k] ?? [0, 0])] as [number, number]);
  return tf.pad(x, [[0, 0], ...pads]);
};
