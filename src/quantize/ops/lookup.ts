import type { LookupOp, QuantizedOp } from '../../ir/graph.js';
import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import {
  logisticTable,
  relu6Table,
  reluTable,
  rescaleTable,
  tanhTable,
  type Affine,
} from '../../ir/ops/int8/lookup-tables.js';
import { SIGMOIDAL_OUTPUT, sigmoidalArgument } from '../../ir/ops/int8/sigmoidal.js';
import { SIGMOID_OUTPUT, TANH_OUTPUT } from '../../ir/ops/lookup.js';
import { quantizeMultiplierFor } from '../../ir/requantize.js';
import { activationQuant } from '../schemes/activations.js';
import type { QuantizeContext, Quantizer } from '../quantizer.js';

/**
 * In int8 a table of 256 entries, the one that TFLite's op of this function computes; in int16 TFLite's op itself. Between
 * widths: a rescale.
 */
export const quantizeLookup: Quantizer<LookupOp> = (op, context) => {
  const input = context.quantOf(op.input);
  const wide = context.bitsOf(op.output) === 16;
  const output =
    op.activation === 'rescale' ? rescaledQuant(op, input, context) : outputQuant(op, input, context, wide);
  context.quantizeOutput(op, { scale: [output.scale], zeroPoint: [output.zeroPoint], axis: null });
  if (op.activation === 'rescale') {
    if (wide || context.bitsOf(op.input) === 16) return rescale(op, input.scale / output.scale, output, context);
    return {
      ...op,
      table: context.addTable(`${op.name}_table`, rescaleTable(input, output, input.scale / output.scale)),
    };
  }
  if (wide) return int16Function(op, input, output, context);
  return { ...op, table: context.addTable(`${op.name}_table`, tableOf(op, input, output)) };
};

/** To int16 every int8 value has its exact place, 128 steps for one; to int8 the range decides. */
function rescaledQuant(op: LookupOp, input: Affine, context: QuantizeContext): Affine {
  const bits = context.bitsOf(op.output);
  if (bits === 16 && context.bitsOf(op.input) === 8) return { scale: input.scale / 128, zeroPoint: 0 };
  const { scale, zeroPoint } = activationQuant(context.rangeOf(op.output), bits);
  return { scale: scale[0], zeroPoint: zeroPoint[0] };
}

function rescale(op: LookupOp, factor: number, output: Affine, context: QuantizeContext): QuantizedOp {
  const { name, input, activation } = op;
  const { multiplier, shift } = quantizeMultiplierFor(context.rounding, factor);
  const clamped = activation === 'relu' || activation === 'relu6' ? activation : 'none';
  return {
    kind: 'rescale',
    name,
    input,
    inputs: [input],
    output: op.output,
    requantize: {
      multiplier: [multiplier],
      shift: [shift],
      zeroPoint: output.zeroPoint,
      ...activationClamp(clamped, output, context.bitsOf(op.output) === 16 ? 'int16' : 'int8'),
    },
  };
}

function int16Function(op: LookupOp, input: Affine, output: Affine, context: QuantizeContext): QuantizedOp {
  const { name, activation } = op;
  switch (activation) {
    case 'tanh':
    case 'sigmoid': {
      const kind = activation === 'tanh' ? 'tanh' : 'logistic';
      // The range of the sums ends where the function does, so that their scale is fine enough.
      const argument = sigmoidalArgument(kind, input.scale)!;
      return { kind, name, input: op.input, inputs: [op.input], output: op.output, argument };
    }
    case 'relu':
      return rescale(op, Math.fround(input.scale / output.scale), output, context);
    case 'relu6':
      return rescale(op, 1, output, context);
    default:
      throw new RangeError(`op ${name} is a function ${activation} in a float graph`);
  }
}

/** Of tanh and sigmoid it is fixed; relu6 only clamps; relu has a range of its own, none finer than its input. */
function outputQuant(op: LookupOp, input: Affine, context: QuantizeContext, wide: boolean): Affine {
  switch (op.activation) {
    case 'tanh':
      return wide ? SIGMOIDAL_OUTPUT : TANH_OUTPUT;
    case 'sigmoid':
      return wide ? SIGMOIDAL_OUTPUT : SIGMOID_OUTPUT;
    case 'relu': {
      const { scale, zeroPoint } = activationQuant(context.rangeOf(op.output), wide ? 16 : 8, input.scale / 2);
      return { scale: scale[0], zeroPoint: zeroPoint[0] };
    }
    default:
      return input;
  }
}

function tableOf({ name, activation }: LookupOp, input: Affine, output: Affine): Int8Array {
  switch (activation) {
    case 'tanh':
      return tanhTable(input);
    case 'sigmoid':
      return logisticTable(input);
    case 'relu':
      return reluTable(input, output);
    case 'relu6':
      return relu6Table(input);
    default:
      throw new RangeError(`op ${name} is a table of ${activation} in a float graph`);
  }
}
