import type { ArgMaxOp } from '../../../ir/integer-ops.js';
import { argMaxSizes } from '../../../ir/ops/int8/arg-max.js';
import { pointer, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerArgMax: LowerOp<ArgMaxOp> = (graph, op, { symbol }) => {
  const { outer, places, inner } = argMaxSizes(graph, op);
  return {
    symbol,
    comment: `${op.name}: which of ${places} values is the largest, ${outer * inner} times`,
    kernelHeader: 'kernels/plain/arg_max_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_arg_max_s8_plain',
        title: `arg_max_${outer}x${places}x${inner}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint32_t', 'outer', outer),
          shape('uint16_t', 'places', places),
          shape('uint32_t', 'inner', inner),
          pointer('int8_t *', 'output', output),
        ],
      },
    ],
  };
};
