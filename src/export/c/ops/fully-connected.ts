import type { KernelSet } from '../../../ir/c-sources.js';
import type { FullyConnectedOp, QuantizedGraph } from '../../../ir/graph.js';
import { prepareInt8Dense } from '../../../ir/ops/fully-connected.js';
import { callLines } from '../format.js';
import { fitsDsp, packDsp, packPlain } from '../weights.js';
import type { LowerOp } from './lowered-op.js';

/** kernels/dsp where its bounds hold for every input, kernels/plain otherwise. Both compute the same bits. */
export function fullyConnectedKernel(graph: QuantizedGraph, op: FullyConnectedOp, kernels: KernelSet): KernelSet {
  const layer = prepareInt8Dense(graph, op);
  return kernels === 'dsp' && fitsDsp(layer, layer.shift) ? 'dsp' : 'plain';
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
    call: ({ input, output, scratch }) =>
      callLines(`grapes_fully_connected_s8_${kernel}`, [
        [input, 'input'],
        [String(inputs), 'inputs'],
        [name('weights'), 'weights'],
        [name('bias'), 'bias'],
        [name('multiplier'), 'multiplier'],
        [name('shift'), 'shift'],
        [output, 'output'],
        [String(outputs), 'outputs'],
        [String(layer.zeroPoint), 'output zero point'],
        [String(layer.clampMin), 'smallest output'],
        [String(layer.clampMax), 'largest output'],
        ...(kernel === 'dsp' ? ([[scratch, 'scratch']] as const) : []),
      ]),
  };
};
