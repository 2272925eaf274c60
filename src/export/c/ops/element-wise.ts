import type { QuantizedGraph } from '../../../ir/graph.js';
import type {
  AddOp,
  ExtremumOp,
  L2NormalizationOp,
  MulOp,
  SoftmaxOp,
  SquaredDifferenceOp,
  SubOp,
} from '../../../ir/integer-ops.js';
import type { KernelSet } from '../../../ir/c-sources.js';
import { constantTerms } from '../../../ir/ops/int8/add.js';
import { constantValues, operandsOf } from '../../../ir/ops/int8/operands.js';
import { softmaxExps } from '../../../ir/ops/int8/softmax.js';
import type { Requantize } from '../../../ir/quant-params.js';
import { elementCount } from '../../../ir/tensor.js';
import type { CConstant } from '../constant.js';
import { setWith } from '../kernel-sets/choose.js';
import { constant, number, pointer, roundingArgument, shape } from './arguments.js';
import type { KernelArgument, LowerOp } from './lowered-op.js';
import { EXPS, RECIPROCALS, tableArgument } from './shared-tables.js';
import { clampArguments, widthOf, type Width } from './width.js';

const zeroPoint = (graph: QuantizedGraph, id: number): number => graph.tensors[id].quant!.zeroPoint[0];

/** Zero point, multiplier, shift and clamp of the output: the last arguments of every element-wise kernel. */
export function outputArguments(graph: QuantizedGraph, width: Width, requantize: Requantize): KernelArgument[] {
  const { multiplier, shift, zeroPoint } = requantize;
  return [
    ...width.zeroPoint('output_zero_point', zeroPoint),
    number('int32_t', 'multiplier', multiplier[0]),
    number('int8_t', 'shift', shift[0]),
    ...clampArguments(width, requantize),
    roundingArgument(graph),
  ];
}

/** How often an operand of `count` values repeats in the output. */
export function rowsOf(graph: QuantizedGraph, output: number, count: number): number {
  return elementCount(graph.tensors[output].shape) / count;
}

/** What brings an operand of a sum, difference or squared difference to the common scale. */
export function termArguments(
  graph: QuantizedGraph,
  op: AddOp | SubOp | SquaredDifferenceOp,
  name: 'a' | 'b',
): KernelArgument[] {
  const k = name === 'a' ? 0 : 1;
  return [
    ...widthOf(graph, op.output).zeroPoint(`${name}_zero_point`, zeroPoint(graph, operandsOf(op)[k])),
    number('int32_t', `${name}_multiplier`, op.inputMultipliers[k].multiplier),
    number('int8_t', `${name}_shift`, op.inputMultipliers[k].shift),
  ];
}

/** The constant operand of such an op, at the common scale. */
export function termsConstant(symbol: string, op: string, what: string, values: Int32Array): CConstant {
  return {
    name: `${symbol}_terms`,
    element: 'int32_t',
    role: 'bias',
    values,
    wordAligned: false,
    comment: `${op}: ${what}, at the common scale`,
  };
}

/** Can the sets' sums and products (kernels/scalar/elementwise.h) scale by these? Else kernels/plain does. */
function scalesWithin(graph: QuantizedGraph, shift: number, least: number, most: number): boolean {
  return graph.rounding === 'single' || (shift >= least && shift <= most);
}

/** The set whose sums fit the op. */
function sumSet(graph: QuantizedGraph, op: AddOp | SubOp, kernels: KernelSet): KernelSet {
  const operands = op.inputMultipliers.every(({ shift }) => scalesWithin(graph, shift, -29, 0));
  const fits = operands && scalesWithin(graph, op.requantize.shift[0], -22, 0);
  return fits ? setWith(kernels, 'add_s8') : 'plain';
}

export const lowerSum: LowerOp<AddOp | SubOp> = (graph, op, { prefix, symbol }, kernels) => {
  const width = widthOf(graph, op.output);
  const set = width.isWide ? 'plain' : sumSet(graph, op, kernels);
  const count = elementCount(graph.tensors[op.output].shape);
  const leftShift = shape('uint8_t', 'left_shift', op.leftShift);
  const terms = constantTerms(graph, op);
  if (terms !== null) {
    const rows = rowsOf(graph, op.output, terms.length);
    return {
      symbol,
      comment: `${op.name}: ${rows} times ${terms.length} values ${op.kind === 'sub' ? 'minus' : 'plus'} constants`,
      kernelHeader: `kernels/${set}/${width.isWide ? 'add_s16' : set === 'plain' ? 'add_constant_s8' : 'add_s8'}.h`,
      constants: [termsConstant(symbol, op.name, 'what is added', terms)],
      scratchBytes: 0,
      macs: 0,
      calls: ({ input, output }) => [
        {
          kernel: `grapes_add_constant_${width.suffix}_${set}`,
          title: `add_constant_${rows}x${terms.length}${width.isWide ? '_s16' : ''}`,
          arguments: [
            pointer(`const ${width.element} *`, 'a', width.at(input)),
            constant('const int32_t *', 'terms', `${prefix}_${symbol}_terms`),
            pointer(`${width.element} *`, 'output', width.at(output)),
            shape('uint32_t', 'rows', rows),
            shape('uint32_t', 'count', terms.length),
            ...termArguments(graph, op, 'a'),
            leftShift,
            ...outputArguments(graph, width, op.requantize),
          ],
        },
      ],
    };
  }
  return {
    symbol,
    comment: `${op.name}: ${op.kind === 'sub' ? 'difference' : 'sum'} of two tensors of ${count} values`,
    kernelHeader: `kernels/${set}/${width.isWide ? 'add_s16' : set === 'plain' ? `${op.kind}_s8` : 'add_s8'}.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${op.kind}_${width.suffix}_${set}`,
        title: `${op.kind}_${count}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'a', width.at(inputs[0])),
          pointer(`const ${width.element} *`, 'b', width.at(inputs[1])),
          pointer(`${width.element} *`, 'output', width.at(output)),
          shape('uint32_t', 'count', count),
          ...termArguments(graph, op, 'a'),
          ...termArguments(graph, op, 'b'),
          leftShift,
          ...outputArguments(graph, width, op.requantize),
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
  const width = widthOf(graph, op.output);
  const whole = rows === 1 && constant === null;
  const fits = scalesWithin(graph, op.requantize.shift[0], -22, 13);
  const set = fits && !width.isWide ? setWith(kernels, 'mul_s8') : 'plain';
  // One kernel of int16 serves one row and several.
  const kind = constant !== null ? 'mul_constant' : whole || width.isWide ? 'mul' : 'mul_rows';
  return {
    symbol,
    comment: whole
      ? `${op.name}: product of two tensors of ${count} values`
      : `${op.name}: ${rows} times ${count} values by the same ${count}`,
    kernelHeader: `kernels/${set}/${whole || width.isWide || set !== 'plain' ? 'mul' : 'mul_rows'}_${width.suffix}.h`,
    constants:
      constant === null
        ? []
        : [
            {
              name: `${symbol}_factors`,
              element: width.element,
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
        kernel: `grapes_${kind}_${width.suffix}_${set}`,
        title: `${whole ? `mul_${count}` : `${kind}_${rows}x${count}`}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'a', width.at(inputs[0])),
          pointer(
            `const ${width.element} *`,
            'b',
            constant === null ? width.at(inputs[1]) : `${prefix}_${symbol}_factors`,
          ),
          pointer(`${width.element} *`, 'output', width.at(output)),
          ...(whole && !width.isWide ? [] : [shape('uint32_t', 'rows', rows)]),
          shape('uint32_t', 'count', count),
          ...width.zeroPoint('a_zero_point', zeroPoint(graph, a)),
          ...width.zeroPoint('b_zero_point', zeroPoint(graph, b)),
          ...outputArguments(graph, width, op.requantize),
        ],
      },
    ],
  };
};

export const lowerExtremum: LowerOp<ExtremumOp> = (graph, op, { symbol }) => {
  const width = widthOf(graph, op.output);
  const count = elementCount(graph.tensors[op.output].shape);
  return {
    symbol,
    comment: `${op.name}: the ${op.kind === 'maximum' ? 'larger' : 'smaller'} of two tensors of ${count} values`,
    kernelHeader: `kernels/plain/extremum_${width.suffix}.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output }) => [
      {
        kernel: `grapes_${op.kind}_${width.suffix}_plain`,
        title: `${op.kind}_${count}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'a', width.at(inputs[0])),
          pointer(`const ${width.element} *`, 'b', width.at(inputs[1])),
          pointer(`${width.element} *`, 'output', width.at(output)),
          shape('uint32_t', 'count', count),
        ],
      },
    ],
  };
};

/** From so many values on, a table of exponentials, a kilobyte at most, is worth its flash. */
const SOFTMAX_TABLE_VALUES = 256;

export const lowerSoftmax: LowerOp<SoftmaxOp> = (graph, op, { prefix, symbol }) => {
  const width = widthOf(graph, op.output);
  const dimensions = graph.tensors[op.input].shape;
  const depth = dimensions[dimensions.length - 1];
  const rows = elementCount(dimensions) / depth;
  const exps = !width.isWide && rows * depth >= SOFTMAX_TABLE_VALUES ? softmaxExps(op) : null;
  const table: CConstant = {
    name: `${symbol}_exps`,
    element: 'int32_t',
    role: 'table',
    values: exps ?? [],
    wordAligned: false,
    comment: `${op.name}: exp of the differences 0, -1, ... to the largest value, times 2^31`,
  };
  const numbers: KernelArgument[] = width.isWide
    ? [
        tableArgument(prefix, 'exps', EXPS),
        tableArgument(prefix, 'reciprocals', RECIPROCALS),
        number('int32_t', 'multiplier', op.inputMultiplier.multiplier),
        number('int8_t', 'shift', op.inputMultiplier.shift),
      ]
    : exps !== null
      ? [constant('const int32_t *', 'exps', `${prefix}_${table.name}`), number('uint16_t', 'count', exps.length)]
      : [
          number('int32_t', 'multiplier', op.inputMultiplier.multiplier),
          number('int8_t', 'shift', op.inputMultiplier.shift),
          // Differences of int8 values end at -255.
          number('int16_t', 'diff_min', Math.max(op.diffMin, -256)),
        ];
  return {
    symbol,
    comment: `${op.name}: softmax of ${rows === 1 ? '' : `${rows} rows of `}${depth} values`,
    kernelHeader: `kernels/plain/softmax_${width.suffix}.h`,
    constants: width.isWide ? [EXPS, RECIPROCALS] : exps === null ? [] : [table],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_softmax${exps === null ? '' : '_of_table'}_${width.suffix}_plain`,
        title: `softmax_${rows}x${depth}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'input', width.at(input)),
          shape('uint32_t', 'rows', rows),
          shape('uint16_t', 'depth', depth),
          pointer(`${width.element} *`, 'output', width.at(output)),
          ...numbers,
        ],
      },
    ],
  };
};

export const lowerL2Normalization: LowerOp<L2NormalizationOp> = (graph, op, { symbol }) => {
  const dimensions = graph.tensors[op.input].shape;
  const depth = dimensions[dimensions.length - 1];
  const rows = elementCount(dimensions) / depth;
  return {
    symbol,
    comment: `${op.name}: ${rows === 1 ? '' : `${rows} rows of `}${depth} values divided by their length`,
    kernelHeader: 'kernels/plain/l2_normalization_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_l2_normalization_s8_plain',
        title: `l2_normalization_${rows}x${depth}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint32_t', 'rows', rows),
          shape('uint16_t', 'depth', depth),
          pointer('int8_t *', 'output', output),
          number('int8_t', 'input_zero_point', zeroPoint(graph, op.input)),
        ],
      },
    ],
  };
};
