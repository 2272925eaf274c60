import type { KernelSet } from '../../../ir/c-sources.js';
import type { FullyConnectedOp, QuantizedGraph } from '../../../ir/graph.js';
import { prepareInt8Dense, type Int8Dense } from '../../../ir/ops/fully-connected.js';
import { packLayer } from '../kernel-sets/choose.js';
import { constant, pointer, scratchArgument, shape } from './arguments.js';
import type { LoweredOp, LowerOp } from './lowered-op.js';
import { clampArguments, layerRounding, layerSuffix, widthOfType } from './width.js';

/** Which set's kernel computes the layer, and so how its weights lie in flash: the set, and how its functions' names end. */
export function fullyConnectedKernel(
  graph: QuantizedGraph,
  op: FullyConnectedOp,
  kernels: KernelSet,
): { readonly set: KernelSet; readonly kernel: string } {
  const { set, kernel } = packLayer(
    kernels,
    'fully_connected',
    prepareInt8Dense(graph, op),
    graph.rounding ?? 'tflite',
  );
  return { set, kernel: kernel ?? set };
}

export const lowerFullyConnected: LowerOp<FullyConnectedOp> = (graph, op, names, kernels) => {
  const layer = prepareInt8Dense(graph, op);
  const activation = op.activation === 'relu' ? ', relu in the clamp' : '';
  const comment = `${op.name}: fully connected, ${layer.inputs} -> ${layer.outputs}${activation}`;
  return lowerDense(graph, layer, { ...names, op: op.name, comment }, kernels);
};

/** A dense layer, or what is one: `op` is the name of the op in the graph, `comment` stands above the call. */
export function lowerDense(
  graph: QuantizedGraph,
  layer: Int8Dense,
  names: { readonly prefix: string; readonly symbol: string; readonly op: string; readonly comment: string },
  kernels: KernelSet,
): LoweredOp {
  const { inputs, outputs } = layer;
  const { prefix, symbol, comment } = names;
  const packed = packLayer(kernels, 'fully_connected', layer, graph.rounding ?? 'tflite');
  const width = widthOfType(layer.dtype);
  const ending = layerSuffix(layer);
  const perRow = packed.multiplier.some((m, o) => m !== packed.multiplier[0] || packed.shift[o] !== packed.shift[0]);
  const name = (suffix: string): string => `${prefix}_${symbol}_${suffix}`;
  return {
    symbol,
    comment,
    kernelHeader: `kernels/${packed.set}/fully_connected_${ending}.h`,
    constants: [
      {
        name: `${symbol}_weights`,
        element: 'int8_t',
        role: 'weight',
        values: packed.weights,
        wordAligned: packed.set !== 'plain',
        comment: `${names.op}: weights [${outputs}][${inputs}], ${packed.layout}`,
      },
      {
        name: `${symbol}_bias`,
        element: 'int32_t',
        role: 'bias',
        values: packed.bias,
        wordAligned: false,
        comment: `${names.op}: ${packed.biasContent}`,
      },
      {
        name: `${symbol}_multiplier`,
        element: 'int32_t',
        role: 'requantize',
        values: perRow ? packed.multiplier : packed.multiplier.subarray(0, 1),
        wordAligned: false,
        comment: `${names.op}: accumulator to output, Q${packed.rounding === 'wide' ? 15 : 31}, ${perRow ? 'one per output' : 'the same for all outputs'}`,
      },
      {
        name: `${symbol}_shift`,
        element: 'int8_t',
        role: 'requantize',
        values: perRow ? packed.shift : packed.shift.subarray(0, 1),
        wordAligned: false,
        comment: `${names.op}: power of two that belongs to the multiplier`,
      },
    ],
    scratchBytes: packed.scratchBytes,
    ...(packed.scratchDistance === undefined ? {} : { scratchDistance: packed.scratchDistance }),
    macs: inputs * outputs,
    calls: ({ input, output, scratch }) => [
      {
        kernel: `grapes_fully_connected_${ending}_${packed.kernel ?? packed.set}`,
        title: `fully_connected_${inputs}_to_${outputs}${width.isWide ? '_s16' : ''}`,
        arguments: [
          pointer(`const ${width.element} *`, 'input', width.at(input)),
          shape('uint16_t', 'inputs', inputs),
          constant('const int8_t *', 'weights', name('weights')),
          constant('const int32_t *', 'bias', name('bias')),
          constant('const int32_t *', 'multiplier', name('multiplier')),
          constant('const int8_t *', 'shift', name('shift')),
          shape('uint8_t', 'per_row', perRow ? 1 : 0),
          pointer(`${width.element} *`, 'output', width.at(output)),
          shape('uint16_t', 'outputs', outputs),
          ...width.zeroPoint('output_zero_point', layer.zeroPoint),
          ...clampArguments(width, layer),
          layerRounding(packed.rounding),
          scratchArgument(packed.scratchBytes, scratch),
        ],
      },
    ],
  };
}
