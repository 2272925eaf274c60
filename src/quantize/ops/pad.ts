import type { LayerOf, Quantizer } from '../quantizer.js';
import { keepQuantization } from './same-quantization.js';

/** Zeros are the zero point, so that the frame is exact. */
export const quantizePad: Quantizer<LayerOf<'pad'>> = (op, context) => {
  const { name, input, inputs, output, spec } = op;
  keepQuantization(op, context);
  const { shape } = context.graph.tensors[input];
  const side = (k: 0 | 1): number[] => shape.map((_, axis) => spec.pads[axis]?.[k] ?? 0);
  return { kind: 'pad', name, input, inputs, output, before: side(0), after: side(1) };
};
