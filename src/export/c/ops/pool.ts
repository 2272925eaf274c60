import type { AveragePool2dOp, MaxPool2dOp, MeanOp } from '../../../ir/integer-ops.js';
import { geometryOf } from '../../../ir/ops/int8/window.js';
import { setWith } from '../kernel-sets/choose.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';
import { outputOverlap } from './output-overlap.js';
import { clampArguments, widthOf } from './width.js';

export const lowerPool: LowerOp<AveragePool2dOp | MaxPool2dOp> = (graph, op, { symbol }, kernels) => {
  const width = widthOf(graph, op.output);
  const set = width.isWide ? 'plain' : setWith(kernels, 'pool_2d_s8');
  const g = geometryOf(graph.tensors[op.input].shape, op.window);
  const from = `${g.inputHeight}x${g.inputWidth}x${g.channels}`;
  const to = `${g.outputHeight}x${g.outputWidth}x${g.channels}`;
  const what = op.kind === 'max_pool_2d' ? 'largest' : 'mean';
  return {
    symbol,
    comment: `${op.name}: ${what} of each ${g.kernelHeight}x${g.kernelWidth} window, ${from} -> ${to}`,
    kernelHeader: `kernels/${set}/pool_2d_${width.suffix}.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    // All sets make one pixel after the other.
    overlap: outputOverlap(g, g.channels, { pixelsAtATime: 1 }, graph.tensors[op.output].dtype),
    calls: ({ input, output }) => [
      {
        kernel: `grapes_${op.kind}_${width.suffix}_${set}`,
        title: `${op.kind}_${from}_to_${to}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'input', width.at(input)),
          shape('uint16_t', 'in_height', g.inputHeight),
          shape('uint16_t', 'in_width', g.inputWidth),
          shape('uint16_t', 'channels', g.channels),
          pointer(`${width.element} *`, 'output', width.at(output)),
          shape('uint16_t', 'out_height', g.outputHeight),
          shape('uint16_t', 'out_width', g.outputWidth),
          shape('uint16_t', 'kernel_height', g.kernelHeight),
          shape('uint16_t', 'kernel_width', g.kernelWidth),
          shape('uint16_t', 'stride_height', g.strideHeight),
          shape('uint16_t', 'stride_width', g.strideWidth),
          shape('uint16_t', 'pad_top', g.padTop),
          shape('uint16_t', 'pad_left', g.padLeft),
          ...clampArguments(width, op),
        ],
      },
    ],
  };
};

export const lowerMean: LowerOp<MeanOp> = (graph, op, { symbol }, kernels) => {
  const width = widthOf(graph, op.output);
  const set = width.isWide ? 'plain' : setWith(kernels, 'mean_s8');
  const [height, columns, channels] = graph.tensors[op.input].shape;
  const { multiplier, shift, zeroPoint } = op.requantize;
  return {
    symbol,
    comment: `${op.name}: mean over ${height}x${columns} places of ${channels} channels`,
    kernelHeader: `kernels/${set}/mean_${width.suffix}.h`,
    constants: [],
    scratchBytes: 0,
    macs: 0,
    calls: ({ input, output }) => [
      {
        kernel: `grapes_mean_${width.suffix}_${set}`,
        title: `mean_${height}x${columns}x${channels}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'input', width.at(input)),
          shape('uint32_t', 'places', height * columns),
          shape('uint16_t', 'channels', channels),
          pointer(`${width.element} *`, 'output', width.at(output)),
          ...width.zeroPoint('input_zero_point', graph.tensors[op.input].quant!.zeroPoint[0]),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          ...width.zeroPoint('output_zero_point', zeroPoint),
          ...clampArguments(width, op.requantize),
          roundingArgument(graph),
        ],
      },
    ],
  };
};
