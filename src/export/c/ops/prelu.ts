import type { PreluOp } from '../../../ir/integer-ops.js';
import { elementCount } from '../../../ir/tensor.js';
import { constant, number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerPrelu: LowerOp<PreluOp> = (graph, op, { prefix, symbol }) => {
  const slopes = graph.tensors[op.slopes];
  const count = elementCount(slopes.shape);
  const rows = elementCount(graph.tensors[op.output].shape) / count;
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  return {
    symbol,
    comment: `${op.name}: ${rows} times ${count} values with a slope of their own below zero`,
    kernelHeader: 'kernels/plain/prelu_s8.h',
    constants: [
      {
        name: `${symbol}_slopes`,
        element: 'int8_t',
        role: 'weight',
        values: slopes.data ?? [],
        wordAligned: false,
        comment: `${op.name}: slopes below zero`,
      },
    ],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_prelu_s8_plain',
        title: `prelu_${rows}x${count}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          constant('const int8_t *', 'slopes', `${prefix}_${symbol}_slopes`),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'rows', rows),
          shape('uint32_t', 'count', count),
          number('int8_t', 'input_zero_point', graph.tensors[op.input].quant!.zeroPoint[0]),
          number('int8_t', 'slope_zero_point', slopes.quant!.zeroPoint[0]),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          number('int32_t', 'slope_multiplier', op.slopeMultiplier.multiplier),
          number('int8_t', 'slope_shift', op.slopeMultiplier.shift),
          number('int8_t', 'output_zero_point', zeroPoint),
          number('int8_t', 'clamp_min', clampMin),
          number('int8_t', 'clamp_max', clampMax),
          roundingArgument(graph),
        ],
      },
    ],
  };
};
