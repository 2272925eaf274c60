import type { KernelSet } from '../../../ir/c-sources.js';
import type { FullyConnectedOp, QuantizedGraph } from '../../../ir/graph.js';
import { prepareInt8Dense } from '../../../ir/ops/fully-connected.js';
import { fitsDsp, packDsp, packPlain } from '../weights.js';
import { number, pointer, roundingArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';

/** kernels/dsp where its bounds hold for every input, kernels/plain otherwise. Both compute the same bits. */
export function fullyConnectedKernel(graph: QuantizedGraph, op: FullyConnectedOp, kernels: KernelSet): KernelSet {
  const layer = prepareInt8Dense(graph, op);
  const twice = (graph.rounding ?? 'tflite') === 'tflite';
  return kernels === 'dsp' && twice && fitsDsp(layer, layer.shift) ? 'dsp' : 'plain';
}

/** Bytes of scratch: GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH. */
function dspScratchBytes(inputs: number): number {
  return 2 * (Math.ceil(inputs / 4) * 4) + 3;
}

const LAYOUT: Readonly<Record<KernelSet, string>> = {
  plain: 'row by row',
  dsp: 'packed for kernels/dsp: four rows interleaved, weights in pairs',
};

export const lowerFullyConnected: LowerOp<FullyConnectedOp> = (graph, op, { prefix, symbol }, kernels) => {
  const layer = prepareInt8Dense(graph, op);
  const { inputs, outputs } = layer;
  const kernel = fullyConnectedKernel(graph, op, kernels);
  const packed = kernel === 'dsp' ? packDsp(layer) : packPlain(layer);
  const name = (suffix: string): string => `${prefix}_${symbol}_${suffix}`;
  return {
    symbol,
    comment: `${op.name}: fully connected, ${inputs} -> ${outputs}${op.activation === 'relu' ? ', relu in the clamp' : ''}`,
    kernelHeader: `kernels/${kernel}/fully_connected_s8.h`,
    constants: [
      {
        name: `${symbol}_weights`,
        element: 'int8_t',
        role: 'weight',
        values: packed.weights,
        wordAligned: kernel === 'dsp',
        comment: `${op.name}: weights [${outputs}][${inputs}], ${LAYOUT[kernel]}`,
      },
      {
        name: `${symbol}_bias`,
        element: 'int32_t',
        role: 'bias',
        values: packed.bias,
        wordAligned: false,
        comment: `${op.name}: bias with the input's zero point folded in${kernel === 'dsp' ? ', as kernels/dsp wants it' : ''}`,
      },
      {
        name: `${symbol}_multiplier`,
        element: 'int32_t',
        role: 'requantize',
        values: layer.multiplier,
        wordAligned: false,
        comment: `${op.name}: accumulator to output, Q31 per output`,
      },
      {
        name: `${symbol}_shift`,
        element: 'int8_t',
        role: 'requantize',
        values: layer.shift,
        wordAligned: false,
        comment: `${op.name}: power of two that belongs to the multiplier`,
      },
    ],
    scratchBytes: kernel === 'dsp' ? dspScratchBytes(inputs) : 0,
    macs: inputs * outputs,
    calls: ({ input, output, scratch }) => [
      {
        kernel: `grapes_fully_connected_s8_${kernel}`,
        title: `fully_connected_${inputs}_to_${outputs}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'inputs', inputs),
          pointer('const int8_t *', 'weights', name('weights')),
          pointer('const int32_t *', 'bias', name('bias')),
          pointer('const int32_t *', 'multiplier', name('multiplier')),
          pointer('const int8_t *', 'shift', name('shift')),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'outputs', outputs),
          number('int8_t', 'output_zero_point', layer.zeroPoint),
          number('int8_t', 'clamp_min', layer.clampMin),
          number('int8_t', 'clamp_max', layer.clampMax),
          ...(kernel === 'dsp' ? [pointer('int8_t *', 'scratch', scratch)] : [roundingArgument(graph)]),
        ],
      },
    ],
  };
};
