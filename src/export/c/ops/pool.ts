import type { AveragePool2dOp, MaxPool2dOp, MeanOp } from '../../../ir/integer-ops.js';
import { geometryOf } from '../../../ir/ops/int8/window.js';
import { setWith } from '../kernel-sets/choose.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';
import { outputOverlap } from './output-overlap.js';

export const lowerPool: LowerOp<AveragePool2dOp | MaxPool2dOp> = (graph, op, { symbol }, kernels) => {
  const set = setWith(kernels, 'pool_2d_s8');
  const g = geometryOf(graph.tensors[op.input].shape, op.window);
  const from = `${g.inputHeight}x${g.inputWidth}x${g.channels}`;
  const to = `${g.outputHeight}x${g.outputWidth}x${g.channels}`;
  const what = op.kind === 'max_pool_2d' ? 'largest' : 'mean';
  return {
    symbol,
    comment: `${op.name}: ${what} of each ${g.kernelHeight}x${g.kernelWidth} window, ${from} -> ${to}`,
    kernelHeader: `kernels/${set}/pool_2d_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    // kernels/plain makes one pixel after the other; other sets have not said.
    ...(set === 'plain' ? { overlap: outputOverlap(g, g.channels, { pixelsAtATime: 1 }) } : {}),
    calls: ({ input, output }) => [
      {
        kernel: `grapes_${op.kind}_s8_${set}`,
        title: `${op.kind}_${from}_to_${to}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'in_height', g.inputHeight),
          shape('uint16_t', 'in_width', g.inputWidth),
          shape('uint16_t', 'channels', g.channels),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'out_height', g.outputHeight),
          shape('uint16_t', 'out_width', g.outputWidth),
          shape('uint16_t', 'kernel_height', g.kernelHeight),
          shape('uint16_t', 'kernel_width', g.kernelWidth),
          shape('uint16_t', 'stride_height', g.strideHeight),
          shape('uint16_t', 'stride_width', g.strideWidth),
          shape('uint16_t', 'pad_top', g.padTop),
          shape('uint16_t', 'pad_left', g.padLeft),
          number('int8_t', 'clamp_min', op.clampMin),
          number('int8_t', 'clamp_max', op.clampMax),
        ],
      },
    ],
  };
};

export const lowerMean: LowerOp<MeanOp> = (graph, op, { symbol }, kernels) => {
  const set = setWith(kernels, 'mean_s8');
  const [height, width, channels] = graph.tensors[op.input].shape;
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  return {
    symbol,
    comment: `${op.name}: mean over ${height}x${width} places of ${channels} channels`,
    kernelHeader: `kernels/${set}/mean_s8.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_mean_s8_${set}`,
        title: `mean_${height}x${width}x${channels}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint32_t', 'places', height * width),
          shape('uint16_t', 'channels', channels),
          pointer('int8_t *', 'output', output),
          number('int8_t', 'input_zero_point', graph.tensors[op.input].quant!.zeroPoint[0]),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          number('int8_t', 'output_zero_point', zeroPoint),
          number('int8_t', 'clamp_min', clampMin),
          number('int8_t', 'clamp_max', clampMax),
          roundingArgument(graph),
        ],
      },
    ],
  };
};
