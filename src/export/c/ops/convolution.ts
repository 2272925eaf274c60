import type { Conv2dOp, DepthwiseConv2dOp } from '../../../ir/integer-ops.js';
import { packLayer } from '../kernel-sets/choose.js';
import { constant, number, pointer, scratchArgument, shape } from './arguments.js';
import { lowerDense } from './fully-connected.js';
import type { KernelCall, LowerOp } from './lowered-op.js';
import { outputOverlap } from './output-overlap.js';
import { asDense, convolutionToPack } from './simpler-layer.js';
import { clampArguments, layerRounding, layerSuffix, widthOf } from './width.js';

/** Both kinds of convolution: one list of arguments, one set of constants. */
export const lowerConvolution: LowerOp<Conv2dOp | DepthwiseConv2dOp> = (graph, op, { prefix, symbol }, kernels) => {
  const width = widthOf(graph, op.output);
  const { kind, layer } = convolutionToPack(graph, op);
  const { geometry: g, outputChannels } = layer;
  const name = (suffix: string): string => `${prefix}_${symbol}_${suffix}`;
  const weightShape = graph.tensors[op.weights].shape;
  const from = `${g.inputHeight}x${g.inputWidth}x${g.channels}`;
  const to = `${g.outputHeight}x${g.outputWidth}x${outputChannels}`;
  const what = op.kind === 'conv_2d' ? 'convolution' : 'depthwise convolution';
  const activation = op.activation === 'none' ? '' : `, ${op.activation} in the clamp`;
  const comment = `${op.name}: ${g.kernelHeight}x${g.kernelWidth} ${what}${strideText(op)}, ${from} -> ${to}${activation}`;
  const dense = asDense(kind, layer);
  if (dense !== null) return lowerDense(graph, dense, { prefix, symbol, op: op.name, comment }, kernels);
  const packed = packLayer(kernels, kind, layer, graph.rounding ?? 'tflite');
  const unpack = packed.unpackedGroups === undefined ? null : unpacking(packed.unpackedGroups, name('weights'));
  const suffix = unpack === null ? layerSuffix(layer) : 's8';
  return {
    symbol,
    comment,
    kernelHeader: `kernels/${packed.set}/${kind}_${suffix}.h`,
    ...(unpack === null ? {} : { helperHeader: 'kernels/plain/unpack_s4.h' }),
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
    scratchBytes: packed.scratchBytes + (unpack?.bytes ?? 0),
    ...(packed.order === undefined ? {} : { overlap: outputOverlap(g, outputChannels, packed.order, layer.dtype) }),
    macs: g.outputHeight * g.outputWidth * layer.weights.length,
    calls: ({ input, output, scratch }) => [
      ...(unpack === null ? [] : [unpack.call(scratch)]),
      {
        kernel: `grapes_${kind}_${suffix}_${packed.kernel ?? packed.set}`,
        title: `${kind}_${from}_to_${to}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'input', width.at(input)),
          shape('uint16_t', 'in_height', g.inputHeight),
          shape('uint16_t', 'in_width', g.inputWidth),
          shape('uint16_t', 'in_channels', g.channels),
          unpack === null
            ? constant('const int8_t *', 'weights', name('weights'))
            : pointer('const int8_t *', 'weights', unpack.at(scratch)),
          constant('const int32_t *', 'bias', name('bias')),
          constant('const int32_t *', 'multiplier', name('multiplier')),
          constant('const int8_t *', 'shift', name('shift')),
          pointer(`${width.element} *`, 'output', width.at(output)),
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
          ...width.zeroPoint('input_zero_point', layer.inputZeroPoint),
          ...width.zeroPoint('output_zero_point', layer.zeroPoint),
          ...clampArguments(width, layer),
          layerRounding(packed.rounding),
          scratchArgument(packed.scratchBytes, unpack === null ? scratch : unpack.behind(scratch)),
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

/** int4 weights go to the begin of the scratch memory; the kernel's own part is behind them. */
function unpacking(
  groups: number,
  weights: string,
): {
  /** Three of them let the weights begin at a multiple of four. */
  readonly bytes: number;
  at(scratch: string): string;
  behind(scratch: string): string;
  call(scratch: string): KernelCall;
} {
  const bytes = 8 * groups + 3;
  const at = (scratch: string): string => `grapes_word_aligned(${scratch})`;
  return {
    bytes,
    at,
    behind: (scratch) => `${scratch} + ${bytes}`,
    call: (scratch) => ({
      kernel: 'grapes_unpack_s4',
      title: 'unpack_weights',
      arguments: [
        pointer('const int8_t *', 'packed', weights),
        number('uint16_t', 'groups', groups),
        pointer('int8_t *', 'values', at(scratch)),
      ],
    }),
  };
}
