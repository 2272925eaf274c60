import { joinedAxis } from '../../ir/ops/concatenation.js';
import type { LayerOf, Quantizer } from '../quantizer.js';
import { keepQuantization } from './same-quantization.js';

/** All inputs have the range of the output: the pass `rescale-joined` has seen to that. */
export const quantizeConcatenation: Quantizer<LayerOf<'concatenation'>> = (op, context) => {
  const { name, input, inputs, output, spec } = op;
  keepQuantization(op, context);
  const axis = joinedAxis(spec, context.graph.tensors[input].shape);
  return { kind: 'concatenation', name, input, inputs, output, axis };
};
