import { ToolError } from '../../errors/tool-error.js';
import type { Activation } from '../../ir/graph.js';
import type { FloatOp } from '../../ir/graph.js';
import type { FusedActivation } from '../../ir/integer-ops.js';
import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import type { Requantize } from '../../ir/quant-params.js';
import { denseFactor, quantizeMultiplierFor, quantizeMultiplierWide, requantizeFactor } from '../../ir/requantize.js';
import type { QuantizeContext } from '../quantizer.js';
import { activationQuant } from '../schemes/activations.js';
import { MAX_SCALE } from '../schemes/limits.js';
import { symmetricWeights } from '../schemes/weights.js';

/** A layer of weights, whatever its kind. */
export interface WeightedLayer {
  readonly op: FloatOp;
  readonly weights: number;
  readonly bias: number | null;
  /** Axis of the output channels in the shape of the weights: the first or the last. */
  readonly channelAxis: number;
  readonly activation: Activation;
}

/**
 * Weights, bias and output of a dense or convolutional layer. The output's scale is never finer than what one unit of the
 * accumulator is worth: finer steps would carry nothing, and every multiplier stays below 1, so no layer needs a left
 * shift. The activation, if there is one, lives in the clamp.
 */
export function quantizeWeighted(
  layer: WeightedLayer,
  context: QuantizeContext,
): { readonly activation: FusedActivation; readonly requantize: Requantize } {
  const { op, channelAxis } = layer;
  const { tensors } = context.graph;
  const { shape, data } = tensors[layer.weights];
  const channels = shape[channelAxis];
  const inputScale = context.quantOf(op.input).scale;
  const { weights: granularity, weightBits } = context.optionsOf(op);
  const constants = symmetricWeights(
    {
      weights: data as Float32Array,
      bias: layer.bias === null ? null : (tensors[layer.bias].data as Float32Array),
      channels,
      channelAxis,
    },
    inputScale,
    { granularity, bits: weightBits, scale: weightBits === 8 ? 'range' : context.narrowScales },
  );
  const weightScales = constants.weightQuant.scale;
  const unit = inputScale * Math.max(...weightScales);
  const range = context.rangeOf(op.output);
  const bits = context.bitsOf(op.output);
  let output = activationQuant(range, bits);
  // A little above 1, because a factor that rounds up to 1 already shifts left.
  if (output.scale[0] <= 1.001 * unit) output = activationQuant(range, bits, 2 * unit);
  const largest = Math.max(inputScale, ...weightScales);
  if (!(largest <= MAX_SCALE)) {
    throw new ToolError(
      'QUANTIZE_RANGE',
      `Layer '${op.name}' needs a scale of ${largest}: its numbers are too large.`,
      {
        context: { op: op.name, scale: largest },
      },
    );
  }
  context.change(layer.weights, {
    dtype: weightBits === 8 ? 'int8' : 'int4',
    quant: constants.weightQuant,
    data: constants.weights,
  });
  if (layer.bias !== null) {
    context.change(layer.bias, { dtype: 'int32', quant: constants.biasQuant, data: constants.bias });
  }
  context.quantizeOutput(op, output);
  const [scale] = output.scale;
  const perChannel = weightScales.length > 1;
  const fixed = Array.from({ length: channels }, (_, o) => {
    const weightScale = weightScales[perChannel ? o : 0];
    const factor =
      op.kind === 'fully_connected'
        ? denseFactor(inputScale, weightScale, scale, perChannel)
        : requantizeFactor(inputScale, weightScale, scale);
    return bits === 16 ? quantizeMultiplierWide(factor) : quantizeMultiplierFor(context.rounding, factor);
  });
  const [zeroPoint] = output.zeroPoint;
  const activation = fusedActivation(op, layer.activation);
  return {
    activation,
    requantize: {
      multiplier: fixed.map((m) => m.multiplier),
      shift: fixed.map((m) => m.shift),
      zeroPoint,
      ...activationClamp(activation, { scale, zeroPoint }, bits === 16 ? 'int16' : 'int8'),
      ...(bits === 16 ? { multiplierBits: 15 as const } : {}),
    },
  };
}

/** The activations that a clamp holds; the others have become tables. */
export function fusedActivation(op: FloatOp, activation: Activation): FusedActivation {
  if (activation === 'tanh' || activation === 'sigmoid')
    throw new RangeError(`op ${op.name} still has its ${activation}`);
  return activation;
}
