import type { BatchMatmulOp } from '../../../ir/integer-ops.js';
import { matmulSizes } from '../../../ir/ops/int8/batch-matmul.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerBatchMatmul: LowerOp<BatchMatmulOp> = (graph, op, { symbol }) => {
  const { batches, rows, depth, columns } = matmulSizes(graph, op);
  const [a, b] = op.inputs.map((id) => graph.tensors[id].quant!.zeroPoint[0]);
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  const title = `${batches}x${rows}x${depth}x${columns}`;
  const times = batches === 1 ? '' : `${batches} times `;
  return {
    symbol,
    comment: `${op.name}: ${times}${rows}x${depth} by ${depth}x${columns}${op.transposeB ? ', transposed' : ''}`,
    kernelHeader: 'kernels/plain/batch_matmul_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: batches * rows * depth * columns,
    calls: ({ inputs, output }) => [
      {
        kernel: 'grapes_batch_matmul_s8_plain',
        title: `batch_matmul_${title}${op.transposeB ? '_transposed' : ''}`,
        arguments: [
          pointer('const int8_t *', 'a', inputs[0]),
          pointer('const int8_t *', 'b', inputs[1]),
          pointer('int8_t *', 'output', output),
          shape('uint32_t', 'batches', batches),
          shape('uint16_t', 'rows', rows),
          shape('uint16_t', 'depth', depth),
          shape('uint16_t', 'columns', columns),
          shape('uint16_t', 'down', op.transposeB ? 1 : columns),
          shape('uint16_t', 'along', op.transposeB ? depth : 1),
          number('int8_t', 'a_zero_point', a),
          number('int8_t', 'b_zero_point', b),
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
