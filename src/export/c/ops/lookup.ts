import type { LookupOp } from '../../../ir/graph.js';
import { elementCount } from '../../../ir/tensor.js';
import { constant, pointer, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerLookup: LowerOp<LookupOp> = (graph, op, { prefix, symbol }) => {
  const count = elementCount(graph.tensors[op.output].shape);
  return {
    symbol,
    comment: `${op.name}: ${op.activation} by table, ${count} values`,
    kernelHeader: 'kernels/plain/lookup_s8.h',
    constants: [
      {
        name: `${symbol}_table`,
        element: 'int8_t',
        role: 'table',
        values: graph.tensors[op.table].data ?? [],
        wordAligned: false,
        comment: `${op.name}: ${op.activation} of every int8 value, from -128 up`,
      },
    ],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_lookup_s8',
        title: `lookup_${count}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          constant('const int8_t *', 'table', `${prefix}_${symbol}_table`),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'count', count),
        ],
      },
    ],
  };
};
