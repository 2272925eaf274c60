import type { ResizeBilinearOp } from '../../../ir/integer-ops.js';
import { resizeSteps } from '../../../ir/ops/int8/resize-bilinear.js';
import { pointer, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

export const lowerResizeBilinear: LowerOp<ResizeBilinearOp> = (graph, op, { symbol }) => {
  const from = graph.tensors[op.input].shape;
  const to = graph.tensors[op.output].shape;
  const rows = resizeSteps(from[0], to[0], op);
  const columns = resizeSteps(from[1], to[1], op);
  const how = op.alignCorners ? '_aligned' : op.halfPixelCenters ? '_centred' : '';
  return {
    symbol,
    comment: `${op.name}: bilinear interpolation, ${from.join('x')} -> ${to.join('x')}`,
    kernelHeader: 'kernels/plain/resize_bilinear_s8.h',
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: 'grapes_resize_bilinear_s8_plain',
        title: `resize_bilinear_${from.join('x')}_to_${to.join('x')}${how}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'in_height', from[0]),
          shape('uint16_t', 'in_width', from[1]),
          shape('uint16_t', 'channels', from[2]),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'out_height', to[0]),
          shape('uint16_t', 'out_width', to[1]),
          shape('int32_t', 'first_row', rows.first),
          shape('int32_t', 'row_step', rows.step),
          shape('int32_t', 'first_column', columns.first),
          shape('int32_t', 'column_step', columns.step),
        ],
      },
    ],
  };
};
