import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import { quantizeMultiplierFor } from '../../ir/requantize.js';
import type { LayerOf, Quantizer } from '../quantizer.js';
import { activationQuant } from '../schemes/activations.js';
import { fusedActivation } from './weighted.js';

/** The product has a scale of its own, never finer than the product of one step each, so that the multiplier stays below 1. */
export const quantizeMul: Quantizer<LayerOf<'mul'>> = (op, context) => {
  const { name, input, inputs, output, spec } = op;
  const [a, b] = inputs.map((id) => context.quantOf(id).scale);
  const bits = context.bitsOf(output);
  const quant = activationQuant(context.rangeOf(output), bits, 1.001 * a * b);
  context.quantizeOutput(op, quant);
  const [scale] = quant.scale;
  const [zeroPoint] = quant.zeroPoint;
  const { multiplier, shift } = quantizeMultiplierFor(context.rounding, (a * b) / scale);
  const clamp = activationClamp(
    fusedActivation(op, spec.activation),
    { scale, zeroPoint },
    bits === 16 ? 'int16' : 'int8',
  );
  return {
    kind: 'mul',
    name,
    input,
    inputs,
    output,
    requantize: { multiplier: [multiplier], shift: [shift], zeroPoint, ...clamp },
  };
};
