import type { QuantizedGraph } from '../../../ir/graph.js';
import type { AddOp, ExtremumOp, MulOp, SoftmaxOp, SubOp } from '../../../ir/integer-ops.js';
import { constantTerms } from '../../../ir/ops/int8/add.js';
import { constantValues, operandsOf } from '../../../ir/ops/int8/operands.js';
import type { Requantize } from '../../../ir/quant-params.js';
import { elementCount } from '../../../ir/tensor.js';
import { setWith } from '../kernel-sets/choose.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { KernelArgument, LowerOp } from './lowered-op.js';

const zeroPoint = (graph: QuantizedGraph, id: number): number => graph.tensors[id].quant!.zeroPoint[0];

/** Zero point, multiplier, shift and clamp of the output: the last arguments of every element-wise kernel. */
function outputArguments(
  graph: QuantizedGraph,
  { multiplier, shift, zeroPoint, clampMin, clampMax }: Requantize,
): KernelArgument[] {
  return [
    number('int8_t', 'output_zero_point', zeroPoint),
    number('int32_t', 'multiplier', multiplier[0]),
    number('int8_t', 'shift', shift[0]),
    number('int8_t', 'clamp_min', clampMin),
    number('int8_t', 'clamp_max', clampMax),
    roundingArgument(graph),
  ];
}

/** How often an operand of `count` values repeats in the output. */
function rowsOf(graph: QuantizedGraph, output: number, count: number): number {
  return elementCount(graph.tensors[output].shape) / count;
}

export const lowerSum: LowerOp<AddOp | SubOp> = (graph, op, { prefix, symbol }, kernels) => {
  const set = op.kind === 'add' ? setWith(kernels, 'add_s8') : 'plain';
  const count = elementCount(graph.tensors[op.output].shape);
  const operands = operandsOf(op);
  const term = (name: 'a' | 'b', k: 0 | 1): KernelArgument[] => [
    number('int8_t', `${name}_zero_point`, zeroPoint(graph, operands[k])),
    number('int32_t', `${name}_multiplier`, op.inputMultipliers[k].multiplier),
    number('int8_t', `${name}_shift`, op.inputMultipliers[k].shift),
  ];
  const leftShift = shape('uint8_t', 'left_shift', op.leftShift);
  const terms = constantTerms(graph, op);
  if (terms !== null) {
    const rows = rowsOf(graph, op.output, terms.length);
    return {
      symbol,
      comment: `${op.name}: ${rows} times ${terms.length} values ${op.kind === 'sub' ? 'minus' : 'plus'} constants`,
      kernelHeader: 'kernels/plain/add_constant_s8.h',
      constants: [
        {
          name: `${symbol}_terms`,
          element: 'int32_t',
          role: 'bias',
          values: terms,
          wordAligned: false,
          comment: `${op.name}: what is added, at the common scale`,
        },
      ],
      scratchBytes: 0,
      macs: 0,
      calls: ({ input, output }) => [
        {
          kernel: 'grapes_add_constant_s8_plain',
          title: `add_constant_${rows}x${terms.length}`,
          arguments: [
            pointer('const int8_t *', 'a', input),
            pointer('const int32_t *', 'terms', `${prefix}_${symbol}_terms`),
            pointer('int8_t *', 'output', output),
            shape('uint32_t', 'rows', rows),
            shape('uint32_t', 'count', terms.length),
            ...term('a', 0),
            leftShift,
            ...outputArguments(graph, op.requantize),
          ],
        },
      ],
    };
  }
  return {
    symbol,
    comment: `${op.name}: ${op.kind === 'sub' ? 'difference' : 'sum'} of two tensors of ${count} values`,
    kernelHeader: `kernels/${set}/${op.kind}_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${op.kind}_s8_${set}`,
        title: `${op.kind}_${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', inputs[1]),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'count', count),
          ...term('a', 0),
          ...term('b', 1),
          leftShift,
          ...outputArguments(graph, op.requantize),
        ],
      },
    ],
  };
};

export const lowerMul: LowerOp<MulOp> = (graph, op, { prefix, symbol }, kernels) => {
  const [a, b] = operandsOf(op);
  const count = elementCount(graph.tensors[b].shape);
  const rows = rowsOf(graph, op.output, count);
  const constant = constantValues(graph, op);
  const whole = rows === 1 && constant === null;
  const set = whole ? setWith(kernels, 'mul_s8') : 'plain';
  const kind = constant !== null ? 'mul_constant' : whole ? 'mul' : 'mul_rows';
  return {
    symbol,
    comment: whole
      ? `${op.name}: product of two tensors of ${count} values`
      : `${op.name}: ${rows} times ${count} values by the same ${count}`,
    kernelHeader: `kernels/${set}/${whole ? 'mul' : 'mul_rows'}_s8.h`,
    constants:
      constant === null
        ? []
        : [
            {
              name: `${symbol}_factors`,
              element: 'int8_t',
              role: 'weight',
              values: constant,
              wordAligned: false,
              comment: `${op.name}: factors`,
            },
          ],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${kind}_s8_${set}`,
        title: whole ? `mul_${count}` : `${kind}_${rows}x${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', constant === null ? inputs[1] : `${prefix}_${symbol}_factors`),
          pointer('int8_t *', 'output', output),
          ...(whole ? [] : [shape('uint32_t', 'rows', rows)]),
          shape('uint32_t', 'count', count),
          number('int8_t', 'a_zero_point', zeroPoint(graph, a)),
          number('int8_t', 'b_zero_point', zeroPoint(graph, b)),
          ...outputArguments(graph, op.requantize),
        ],
      },
    ],
  };
};

export const lowerExtremum: LowerOp<ExtremumOp> = (graph, op, { symbol }) => {
  const count = elementCount(graph.tensors[op.output].shape);
  return {
    symbol,
    comment: `${op.name}: the ${op.kind === 'maximum' ? 'larger' : 'smaller'} of two tensors of ${count} values`,
    kernelHeader: 'kernels/plain/extremum_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${op.kind}_s8_plain`,
        title: `${op.kind}_${count}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', inputs[1]),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'count', count),
        ],
      },
    ],
  };
};

export const lowerSoftmax: LowerOp<SoftmaxOp> = (graph, op, { symbol }) => {
  const dimensions = graph.tensors[op.input].shape;
  const depth = dimensions[dimensions.length - 1];
  const rows = elementCount(dimensions) / depth;
  return {
    symbol,
    comment: `${op.name}: softmax of ${rows === 1 ? '' : `${rows} rows of `}${depth} values`,
    kernelHeader: 'kernels/plain/softmax_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_softmax_s8_plain',
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
