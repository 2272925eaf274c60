import { meanMultiplier } from '../../ir/ops/int8/mean.js';
import type { LayerOf, Quantizer } from '../quantizer.js';
import { limitsOf } from '../../ir/tensor.js';
import { activationQuant } from '../schemes/activations.js';

/**
 * The mean has a quantization of its own: means of many values spread less than the values do. Its scale is never finer
 * than one unit of the sum is worth, so that the multiplier stays small enough for 32 bits.
 */
export const quantizeGlobalAveragePool2d: Quantizer<LayerOf<'global_average_pool_2d'>> = (op, context) => {
  const { name, input, inputs, output } = op;
  const [height, width] = context.graph.tensors[input].shape;
  const places = height * width;
  const from = context.quantOf(input);
  const bits = context.bitsOf(output);
  const quant = activationQuant(context.rangeOf(output), bits, from.scale / places);
  context.quantizeOutput(op, quant);
  const { multiplier, shift } = meanMultiplier(from.scale, quant.scale[0], places, context.rounding);
  const [zeroPoint] = quant.zeroPoint;
  const { lowest: clampMin, highest: clampMax } = limitsOf({ dtype: bits === 16 ? 'int16' : 'int8' });
  const requantize = { multiplier: [multiplier], shift: [shift], zeroPoint, clampMin, clampMax };
  return { kind: 'mean', name, input, inputs, output, requantize };
};
