import type { Conv2dOp, DepthwiseConv2dOp } from '../../../ir/integer-ops.js';
import { prepareInt8Convolution } from '../../../ir/ops/int8/convolution.js';
import { packLayer } from '../kernel-sets/choose.js';
import { constant, number, pointer, roundingArgument, scratchArgument, shape } from './arguments.js';
import { tameConstantChannels } from './constant-channels.js';
import type { LowerOp } from './lowered-op.js';
import { outputOverlap } from './output-overlap.js';

/** Both kinds of convolution: one list of arguments, one set of constants. */
export const lowerConvolution: LowerOp<Conv2dOp | DepthwiseConv2dOp> = (graph, op, { prefix, symbol }, kernels) => {
  const rounding = graph.rounding ?? 'tflite';
  const layer = tameConstantChannels(prepareInt8Convolution(graph, op), op.kind === 'depthwise_conv_2d', rounding);
  const packed = packLayer(kernels, op.kind, layer, rounding);
  const { geometry: g, outputChannels } = layer;
  const name = (suffix: string): string => `${prefix}_${symbol}_${suffix}`;
  const weightShape = graph.tensors[op.weights].shape;
  const from = `${g.inputHeight}x${g.inputWidth}x${g.channels}`;
  const to = `${g.outputHeight}x${g.outputWidth}x${outputChannels}`;
  const what = op.kind === 'conv_2d' ? 'convolution' : 'depthwise convolution';
  return {
    symbol,
    comment: `${op.name}: ${g.kernelHeight}x${g.kernelWidth} ${what}${strideText(op)}, ${from} -> ${to}${op.activation === 'none' ? '' : `, ${op.activation} in the clamp`}`,
    kernelHeader: `kernels/${packed.set}/${op.kind}_s${layer.weightBits}.h`,
    constants: [
      {
        name: `${symbol}_weights`,
        element: 'int8_t',
        role: 'weight',
        values: packed.weights,
        wordAligned: packed.set !== 'plain',
        comment: `${op.name}: weights ${weightShape.map((d) => `[${d}]`).join('')}, ${packed.layout}`,
      },
      {
        name: `${symbol}_bias`,
        element: 'int32_t',
        role: 'bias',
        values: packed.bias,
        wordAligned: false,
        comment: `${op.name}: ${packed.biasContent}`,
      },
      {
        name: `${symbol}_multiplier`,
        element: 'int32_t',
        role: 'requantize',
        values: packed.multiplier,
        wordAligned: false,
        comment: `${op.name}: accumulator to output, one per output channel`,
      },
      {
        name: `${symbol}_shift`,
        element: 'int8_t',
        role: 'requantize',
        values: packed.shift,
        wordAligned: false,
        comment: `${op.name}: power of two that belongs to the multiplier`,
      },
    ],
    scratchBytes: packed.scratchBytes,
    ...(packed.order === undefined ? {} : { overlap: outputOverlap(g, outputChannels, packed.order) }),
    macs: g.outputHeight * g.outputWidth * layer.weights.length,
    calls: ({ input, output, scratch }) => [
      {
        kernel: `grapes_${op.kind}_s${layer.weightBits}_${packed.kernel ?? packed.set}`,
        title: `${op.kind}_${from}_to_${to}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'in_height', g.inputHeight),
          shape('uint16_t', 'in_width', g.inputWidth),
          shape('uint16_t', 'in_channels', g.channels),
          constant('const int8_t *', 'weights', name('weights')),
          constant('const int32_t *', 'bias', name('bias')),
          constant('const int32_t *', 'multiplier', name('multiplier')),
          constant('const int8_t *', 'shift', name('shift')),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'out_height', g.outputHeight),
          shape('uint16_t', 'out_width', g.outputWidth),
          shape('uint16_t', 'out_channels', outputChannels),
          shape('uint16_t', 'kernel_height', g.kernelHeight),
          shape('uint16_t', 'kernel_width', g.kernelWidth),
          shape('uint16_t', 'stride_height', g.strideHeight),
          shape('uint16_t', 'stride_width', g.strideWidth),
          shape('uint16_t', 'dilation_height', g.dilationHeight),
          shape('uint16_t', 'dilation_width', g.dilationWidth),
          shape('uint16_t', 'pad_top', g.padTop),
          shape('uint16_t', 'pad_left', g.padLeft),
          number('int8_t', 'input_zero_point', layer.inputZeroPoint),
          number('int8_t', 'output_zero_point', layer.zeroPoint),
          number('int8_t', 'clamp_min', layer.clampMin),
          number('int8_t', 'clamp_max', layer.clampMax),
          roundingArgument(graph),
          scratchArgument(packed.scratchBytes, scratch),
        ],
      },
    ],
  };
};

function strideText({ window }: Conv2dOp | DepthwiseConv2dOp): string {
  const { strides, dilation } = window;
  const strided = strides[0] === 1 && strides[1] === 1 ? '' : `, stride ${strides.join('x')}`;
  return dilation[0] === 1 && dilation[1] === 1 ? strided : `${strided}, dilation ${dilation.join('x')}`;
}
