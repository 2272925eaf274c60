import { limitsOf } from '../../ir/tensor.js';
import type { LayerOf, Quantizer } from '../quantizer.js';
import { keepQuantization } from './same-quantization.js';
import { integerWindow } from './window.js';

/** A maximum or an average lies within what it is taken of, so a pool keeps its input's quantization, as in TFLite. */
export const quantizePool2d: Quantizer<LayerOf<'max_pool_2d' | 'average_pool_2d'>> = (op, context) => {
  const { name, input, inputs, output, spec } = op;
  const { pool: kernel, strides, padding } = spec;
  keepQuantization(op, context);
  const window = integerWindow(context.graph.tensors[input].shape, { kernel, strides, padding });
  const { lowest, highest } = limitsOf({ dtype: context.bitsOf(output) === 16 ? 'int16' : 'int8' });
  return { kind: spec.type, name, input, inputs, output, window, clampMin: lowest, clampMax: highest };
};
