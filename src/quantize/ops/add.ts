import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import { addMultipliers, sumLeftShift } from '../../ir/ops/int8/add.js';
import type { LayerOf, Quantizer } from '../quantizer.js';
import { activationQuant } from '../schemes/activations.js';
import { fusedActivation } from './weighted.js';

/** Both inputs keep their scales, and the sum gets its own, no finer than one unit of the sum in fixed point. */
export const quantizeAdd: Quantizer<LayerOf<'add'>> = (op, context) => {
  const { name, input, inputs, output, spec } = op;
  const [a, b] = inputs.map((id) => context.quantOf(id).scale);
  const bits = context.bitsOf(output);
  const dtype = bits === 16 ? 'int16' : 'int8';
  const unit = (2 * Math.max(a, b)) / 2 ** sumLeftShift(dtype);
  const quant = activationQuant(context.rangeOf(output), bits, 2 * unit);
  context.quantizeOutput(op, quant);
  const [scale] = quant.scale;
  const [zeroPoint] = quant.zeroPoint;
  const multipliers = addMultipliers([a, b], scale, context.rounding, dtype);
  const { multiplier, shift } = multipliers.output;
  return {
    kind: 'add',
    name,
    input,
    inputs,
    output,
    inputMultipliers: multipliers.inputs,
    leftShift: sumLeftShift(dtype),
    requantize: {
      multiplier: [multiplier],
      shift: [shift],
      zeroPoint,
      ...activationClamp(fusedActivation(op, spec.activation), { scale, zeroPoint }, dtype),
    },
  };
};
