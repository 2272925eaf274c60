import type { LookupOp } from '../../ir/graph.js';
import { logisticTable, relu6Table, reluTable, tanhTable, type Affine } from '../../ir/ops/int8/lookup-tables.js';
import { SIGMOID_OUTPUT, TANH_OUTPUT } from '../../ir/ops/lookup.js';
import { asymmetricInt8 } from '../schemes/activations.js';
import type { QuantizeContext, Quantizer } from '../quantizer.js';

/** A table of 256 entries, the one that TFLite's op of this function computes. */
export const quantizeLookup: Quantizer<LookupOp> = (op, context) => {
  const input = context.quantOf(op.input);
  const output = outputQuant(op, input, context);
  context.quantizeOutput(op, { scale: [output.scale], zeroPoint: [output.zeroPoint], axis: null });
  return { ...op, table: context.addTable(`${op.name}_table`, tableOf(op, input, output)) };
};

/** Of tanh and sigmoid it is fixed; relu6 only clamps; relu has a range of its own, none finer than its input. */
function outputQuant(op: LookupOp, input: Affine, context: QuantizeContext): Affine {
  switch (op.activation) {
    case 'tanh':
      return TANH_OUTPUT;
    case 'sigmoid':
      return SIGMOID_OUTPUT;
    case 'relu': {
      const { scale, zeroPoint } = asymmetricInt8(context.rangeOf(op.output), input.scale / 2);
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
