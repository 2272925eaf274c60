import { ToolError } from '../../../errors/tool-error.js';
import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph, QuantizedOp } from '../../../ir/graph.js';
import { modelPrefix, opSymbols } from '../naming.js';
import { lowerConvolution } from './convolution.js';
import { lowerArgMax } from './arg-max.js';
import { lowerBatchMatmul } from './batch-matmul.js';
import { lowerExtremum, lowerL2Normalization, lowerMul, lowerSoftmax, lowerSum } from './element-wise.js';
import { lowerSquaredDifference } from './squared-difference.js';
import { lowerRescale, lowerSigmoidal } from './int16-functions.js';
import { lowerFullyConnected } from './fully-connected.js';
import { lowerLookup } from './lookup.js';
import type { LoweredOp } from './lowered-op.js';
import { lowerConcatenation, lowerPad, lowerReshape } from './moves.js';
import { lowerLstm } from './lstm.js';
import { lowerPrelu } from './prelu.js';
import { lowerResizeBilinear } from './resize-bilinear.js';
import { lowerStridedCopy } from './strided-copy.js';
import { lowerMean, lowerPool } from './pool.js';

/** Kernels count elements in uint16_t: fast on every core, and more than a microcontroller holds in one layer. */
const LARGEST_DIMENSION = 65535;

/** Every op of the graph as constants and a kernel call, in execution order. */
export function lowerOps(graph: QuantizedGraph, kernels: KernelSet): LoweredOp[] {
  const prefix = modelPrefix(graph.name);
  checkDimensions(graph);
  const symbols = opSymbols(graph.ops.map((op) => op.name));
  return graph.ops.map((op, index) => lowerOp(graph, op, { prefix, symbol: symbols[index] }, kernels));
}

function lowerOp(
  graph: QuantizedGraph,
  op: QuantizedOp,
  names: { readonly prefix: string; readonly symbol: string },
  kernels: KernelSet,
): LoweredOp {
  switch (op.kind) {
    case 'fully_connected':
      return lowerFullyConnected(graph, op, names, kernels);
    case 'lookup':
      return lowerLookup(graph, op, names, kernels);
    case 'conv_2d':
    case 'depthwise_conv_2d':
      return lowerConvolution(graph, op, names, kernels);
    case 'max_pool_2d':
    case 'average_pool_2d':
      return lowerPool(graph, op, names, kernels);
    case 'mean':
      return lowerMean(graph, op, names, kernels);
    case 'add':
    case 'sub':
      return lowerSum(graph, op, names, kernels);
    case 'squared_difference':
      return lowerSquaredDifference(graph, op, names, kernels);
    case 'batch_matmul':
      return lowerBatchMatmul(graph, op, names, kernels);
    case 'lstm':
      return lowerLstm(graph, op, names, kernels);
    case 'arg_max':
      return lowerArgMax(graph, op, names, kernels);
    case 'l2_normalization':
      return lowerL2Normalization(graph, op, names, kernels);
    case 'maximum':
    case 'minimum':
      return lowerExtremum(graph, op, names, kernels);
    case 'prelu':
      return lowerPrelu(graph, op, names, kernels);
    case 'resize_bilinear':
      return lowerResizeBilinear(graph, op, names, kernels);
    case 'strided_copy':
      return lowerStridedCopy(graph, op, names, kernels);
    case 'mul':
      return lowerMul(graph, op, names, kernels);
    case 'softmax':
      return lowerSoftmax(graph, op, names, kernels);
    case 'rescale':
      return lowerRescale(graph, op, names, kernels);
    case 'logistic':
    case 'tanh':
      return lowerSigmoidal(graph, op, names, kernels);
    case 'reshape':
      return lowerReshape(graph, op, names, kernels);
    case 'concatenation':
      return lowerConcatenation(graph, op, names, kernels);
    case 'pad':
      return lowerPad(graph, op, names, kernels);
  }
}

function checkDimensions(graph: QuantizedGraph): void {
  for (const tensor of graph.tensors) {
    const largest = Math.max(...tensor.shape);
    if (largest > LARGEST_DIMENSION) {
      throw new ToolError(
        'EXPORT_TENSOR_TOO_LARGE',
        `Tensor "${tensor.name}" has a dimension of ${largest}; the kernels take up to ${LARGEST_DIMENSION}.`,
        { context: { tensor: tensor.name, dimension: largest, limit: LARGEST_DIMENSION } },
      );
    }
  }
  for (const op of graph.ops) {
    if (!('window' in op)) continue;
    const { kernel, strides, dilation, pad } = op.window;
    const largest = Math.max(...kernel, ...strides, ...dilation, ...Object.values(pad));
    if (largest > LARGEST_DIMENSION) {
      throw new ToolError(
        'EXPORT_TENSOR_TOO_LARGE',
        `The window of "${op.name}" has a stride, dilation or padding of ${largest}; the kernels take up to ${LARGEST_DIMENSION}.`,
        { context: { op: op.name, dimension: largest, limit: LARGEST_DIMENSION } },
      );
    }
  }
}
