import type { LookupOp } from '../../../ir/graph.js';
import { elementCount } from '../../../ir/tensor.js';
import { callLines } from '../format.js';
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
    call: ({ input, output }) =>
      callLines('grapes_lookup_s8', [
        [input, 'input'],
        [`${prefix}_${symbol}_table`, 'table'],
        [output, 'output'],
        [String(count), 'count'],
      ]),
  };
};
