import type { LayerOf, Quantizer } from '../quantizer.js';
import { keepQuantization } from './same-quantization.js';

export const quantizeReshape: Quantizer<LayerOf<'reshape' | 'flatten'>> = (op, context) => {
  const { name, input, inputs, output } = op;
  keepQuantization(op, context);
  return { kind: 'reshape', name, input, inputs, output };
};
