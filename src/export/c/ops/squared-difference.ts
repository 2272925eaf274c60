import type { SquaredDifferenceOp } from '../../../ir/integer-ops.js';
import { constantTerms } from '../../../ir/ops/int8/add.js';
import { operandsOf } from '../../../ir/ops/int8/operands.js';
import { elementCount } from '../../../ir/tensor.js';
import { constant, pointer, shape } from './arguments.js';
import { outputArguments, rowsOf, termArguments, termsConstant } from './element-wise.js';
import type { LowerOp } from './lowered-op.js';
import { widthOf } from './width.js';

export const lowerSquaredDifference: LowerOp<SquaredDifferenceOp> = (graph, op, { prefix, symbol }) => {
  const [, b] = operandsOf(op);
  const count = elementCount(graph.tensors[b].shape);
  const rows = rowsOf(graph, op.output, count);
  const terms = constantTerms(graph, op);
  const kind = `squared_difference${terms === null ? '' : '_constant'}`;
  return {
    symbol,
    comment: `${op.name}: squared differences of ${rows === 1 ? '' : `${rows} times `}${count} values`,
    kernelHeader: 'kernels/plain/squared_difference_s8.h',
    constants: terms === null ? [] : [termsConstant(symbol, op.name, 'what is taken away', terms)],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${kind}_s8_plain`,
        title: `${kind}_${rows}x${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          terms === null
            ? pointer('const int8_t *', 'b', inputs[1])
            : constant('const int32_t *', 'terms', `${prefix}_${symbol}_terms`),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'rows', rows),
          shape('uint32_t', 'count', count),
          ...termArguments(graph, op, 'a'),
          ...(terms === null ? termArguments(graph, op, 'b') : []),
          shape('uint8_t', 'left_shift', op.leftShift),
          ...outputArguments(graph, widthOf(graph, op.output), op.requantize),
        ],
      },
    ],
  };
};
