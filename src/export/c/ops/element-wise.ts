import type { AddOp, MulOp, SoftmaxOp } from '../../../ir/integer-ops.js';
import { elementCount } from '../../../ir/tensor.js';
import { setWith } from '../kernel-sets/choose.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { KernelArgument, LowerOp } from './lowered-op.js';

export const lowerAdd: LowerOp<AddOp> = (graph, op, { symbol }, kernels) => {
  const set = setWith(kernels, 'add_s8');
  const count = elementCount(graph.tensors[op.output].shape);
  const zero = (id: number): number => graph.tensors[id].quant!.zeroPoint[0];
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  const term = (name: 'a' | 'b', k: 0 | 1): KernelArgument[] => [
    number('int8_t', `${name}_zero_point`, zero(op.inputs[k])),
    number('int32_t', `${name}_multiplier`, op.inputMultipliers[k].multiplier),
    number('int8_t', `${name}_shift`, op.inputMultipliers[k].shift),
  ];
  return {
    symbol,
    comment: `${op.name}: sum of two tensors of ${count} values`,
    kernelHeader: `kernels/${set}/add_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_add_s8_${set}`,
        title: `add_${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', inputs[1]),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'count', count),
          ...term('a', 0),
          ...term('b', 1),
          shape('uint8_t', 'left_shift', op.leftShift),
          number('int8_t', 'output_zero_point', zeroPoint),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          number('int8_t', 'clamp_min', clampMin),
          number('int8_t', 'clamp_max', clampMax),
          roundingArgument(graph),
        ],
      },
    ],
  };
};

export const lowerMul: LowerOp<MulOp> = (graph, op, { symbol }, kernels) => {
  const set = setWith(kernels, 'mul_s8');
  const count = elementCount(graph.tensors[op.output].shape);
  const zero = (id: number): number => graph.tensors[id].quant!.zeroPoint[0];
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  return {
    symbol,
    comment: `${op.name}: product of two tensors of ${count} values`,
    kernelHeader: `kernels/${set}/mul_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_mul_s8_${set}`,
        title: `mul_${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', inputs[1]),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'count', count),
          number('int8_t', 'a_zero_point', zero(op.inputs[0])),
          number('int8_t', 'b_zero_point', zero(op.inputs[1])),
          number('int8_t', 'output_zero_point', zeroPoint),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          number('int8_t', 'clamp_min', clampMin),
          number('int8_t', 'clamp_max', clampMax),
          roundingArgument(graph),
        ],
      },
    ],
  };
};

export const lowerSoftmax: LowerOp<SoftmaxOp> = (graph, op, { symbol }, kernels) => {
  const set = setWith(kernels, 'softmax_s8');
  const dimensions = graph.tensors[op.input].shape;
  const depth = dimensions[dimensions.length - 1];
  const rows = elementCount(dimensions) / depth;
  return {
    symbol,
    comment: `${op.name}: softmax of ${rows === 1 ? '' : `${rows} rows of `}${depth} values`,
    kernelHeader: `kernels/${set}/softmax_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_softmax_s8_${set}`,
        title: `softmax_${rows}x${depth}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint32_t', 'rows', rows),
          shape('uint16_t', 'depth', depth),
          pointer('int8_t *', 'output', output),
          number('int32_t', 'multiplier', op.inputMultiplier.multiplier),
          number('int8_t', 'shift', op.inputMultiplier.shift),
          // Differences of int8 values end at -255.
          number('int16_t', 'diff_min', Math.max(op.diffMin, -256)),
        ],
      },
    ],
  };
};
