import { ToolError } from '../../../errors/tool-error.js';
import type { LogisticOp, RescaleOp, TanhOp } from '../../../ir/integer-ops.js';
import { zeroPointOf } from '../../../ir/ops/int8/numbers.js';
import { elementCount } from '../../../ir/tensor.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';
import { SIGMOID, tableArgument } from './shared-tables.js';
import { clampArguments, widthOf } from './width.js';

export const lowerSigmoidal: LowerOp<LogisticOp | TanhOp> = (graph, op, { prefix, symbol }) => {
  const width = widthOf(graph, op.output);
  const count = elementCount(graph.tensors[op.output].shape);
  return {
    symbol,
    comment: `${op.name}: ${op.kind} of ${count} values`,
    kernelHeader: 'kernels/plain/sigmoidal_s16.h',
    constants: [SIGMOID],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_${op.kind}_s16_plain`,
        title: `${op.kind}_${count}_s16`,
        arguments: [
          pointer('const int16_t *', 'input', width.at(input)),
          tableArgument(prefix, 'table', SIGMOID),
          pointer('int16_t *', 'output', width.at(output)),
          shape('uint32_t', 'count', count),
          number('int16_t', 'multiplier', op.argument.multiplier),
          number('uint8_t', 'shift', op.argument.shift),
        ],
      },
    ],
  };
};

export const lowerRescale: LowerOp<RescaleOp> = (graph, op, { symbol }) => {
  const [from, to] = [widthOf(graph, op.input), widthOf(graph, op.output)];
  const count = elementCount(graph.tensors[op.output].shape);
  const { multiplier, shift, zeroPoint: outputZero } = op.requantize;
  const suffix = from.suffix === to.suffix ? to.suffix : `${from.suffix}_to_${to.suffix}`;
  if (suffix === 's8') {
    throw new ToolError('EXPORT_UNSUPPORTED_OP', `"${op.name}" rescales within int8, where a table is quicker.`, {
      context: { op: op.name, kind: op.kind },
    });
  }
  return {
    symbol,
    comment: `${op.name}: ${count} values from ${from.element} to ${to.element} and their scale`,
    kernelHeader: 'kernels/plain/rescale_s16.h',
    constants: [],
    scratchBytes: 0,
    // Values are written in order, where the wider ones may not overtake the reads.
    ...(from.isWide === to.isWide ? {} : { overlap: { distance: from.isWide ? 1 : count, step: 1 } }),
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_rescale_${suffix}_plain`,
        title: `rescale_${count}_${suffix}`,
        arguments: [
          pointer(`const ${from.element} *`, 'input', from.at(input)),
          pointer(`${to.element} *`, 'output', to.at(output)),
          shape('uint32_t', 'count', count),
          ...from.zeroPoint('input_zero_point', zeroPointOf(graph, op.input)),
          ...to.zeroPoint('output_zero_point', outputZero),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          ...clampArguments(to, op.requantize),
          roundingArgument(graph),
        ],
      },
    ],
  };
};
