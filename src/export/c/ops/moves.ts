import { ToolError } from '../../../errors/tool-error.js';
import type { ConcatenationOp, PadOp, ReshapeOp } from '../../../ir/integer-ops.js';
import { DTYPE_BYTES, elementCount, tensorBytes } from '../../../ir/tensor.js';
import { number, pointer, shape } from './arguments.js';
import type { KernelCall, LowerOp } from './lowered-op.js';

const HEADER = 'kernels/plain/copy_s8.h';

function copy(input: string, output: string, runs: number, length: number, stride: number): KernelCall {
  return {
    kernel: 'grapes_copy_s8_plain',
    title: `copy_${runs}x${length}`,
    arguments: [
      pointer('const int8_t *', 'input', input),
      shape('uint32_t', 'runs', runs),
      shape('uint32_t', 'length', length),
      pointer('int8_t *', 'output', output),
      shape('uint32_t', 'stride', stride),
    ],
  };
}

/** Nothing, where the planner has given input and output the same place. */
export const lowerReshape: LowerOp<ReshapeOp> = (graph, op, { symbol }) => {
  const bytes = tensorBytes(graph.tensors[op.output]);
  const to = graph.tensors[op.output].shape.join('x');
  return {
    symbol,
    comment: `${op.name}: the same bytes as ${to}`,
    kernelHeader: HEADER,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => (input === output ? [] : [copy(input, output, 1, bytes, bytes)]),
  };
};

/** Copies what was not written into its place at once. */
export const lowerConcatenation: LowerOp<ConcatenationOp> = (graph, op, { symbol }) => {
  const { shape: to } = graph.tensors[op.output];
  const runs = elementCount(to.slice(0, op.axis));
  const stride = tensorBytes(graph.tensors[op.output]) / runs;
  const lengths = op.inputs.map((id) => tensorBytes(graph.tensors[id]) / runs);
  return {
    symbol,
    comment: `${op.name}: ${op.inputs.length} tensors behind each other, ${to.join('x')}`,
    kernelHeader: HEADER,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ inputs, output, distances }) => {
      let at = 0;
      return inputs.flatMap((input, k) => {
        const call = copy(input, at === 0 ? output : `${output} + ${at}`, runs, lengths[k], stride);
        const isThere = runs === 1 && distances?.[k] === at;
        at += lengths[k];
        return isThere ? [] : [call];
      });
    },
  };
};

export const lowerPad: LowerOp<PadOp> = (graph, op, { symbol }) => {
  const { shape: from, quant, dtype } = graph.tensors[op.input];
  // Two bytes an element: their frame is zeros, too.
  const each = DTYPE_BYTES[dtype];
  if (from.length > 3) {
    throw new ToolError(
      'EXPORT_UNSUPPORTED_OP',
      `There is no C kernel that pads the ${from.length} axes of "${op.name}".`,
      {
        context: { op: op.name, kind: op.kind },
      },
    );
  }
  const three = (values: readonly number[], fill: number): readonly number[] => [
    ...Array.from({ length: 3 - from.length }, () => fill),
    ...values,
  ];
  const [height, width, channels] = three(from, 1);
  const before = three(op.before, 0);
  const after = three(op.after, 0);
  return {
    symbol,
    comment: `${op.name}: ${from.join('x')} inside a frame of zeros`,
    kernelHeader: HEADER,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_pad_s8_plain',
        title: `pad_${from.join('x')}${each === 1 ? '' : '_s16'}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'height', height),
          shape('uint16_t', 'width', width),
          shape('uint16_t', 'channels', each * channels),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'top', before[0]),
          shape('uint16_t', 'bottom', after[0]),
          shape('uint16_t', 'left', before[1]),
          shape('uint16_t', 'right', after[1]),
          shape('uint16_t', 'front', each * before[2]),
          shape('uint16_t', 'back', each * after[2]),
          number('int8_t', 'value', quant!.zeroPoint[0]),
        ],
      },
    ],
  };
};
