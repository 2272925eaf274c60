import type { FloatOp } from '../ir/graph.js';
import { quantizeAdd } from './ops/add.js';
import { quantizeConcatenation } from './ops/concatenation.js';
import { quantizeConv2d } from './ops/conv-2d.js';
import { quantizeDepthwiseConv2d } from './ops/depthwise-conv-2d.js';
import { quantizeFullyConnected } from './ops/fully-connected.js';
import { quantizeGlobalAveragePool2d } from './ops/global-average-pool-2d.js';
import { quantizeLookup } from './ops/lookup.js';
import { quantizeMul } from './ops/mul.js';
import { quantizePad } from './ops/pad.js';
import { quantizePool2d } from './ops/pool-2d.js';
import { quantizeReshape } from './ops/reshape.js';
import type { Quantizer } from './quantizer.js';

/** By kind of a prepared float graph's ops. What is missing has no integer form. */
const QUANTIZERS = {
  fully_connected: quantizeFullyConnected,
  lookup: quantizeLookup,
  conv_2d: quantizeConv2d,
  depthwise_conv_2d: quantizeDepthwiseConv2d,
  max_pool_2d: quantizePool2d,
  average_pool_2d: quantizePool2d,
  global_average_pool_2d: quantizeGlobalAveragePool2d,
  add: quantizeAdd,
  mul: quantizeMul,
  concatenation: quantizeConcatenation,
  pad: quantizePad,
  reshape: quantizeReshape,
  flatten: quantizeReshape,
} as const;

/** The quantizer of this op, or null where it has no integer form. */
export function quantizerOf(op: FloatOp): Quantizer<FloatOp> | null {
  return op.kind in QUANTIZERS ? (QUANTIZERS[op.kind as keyof typeof QUANTIZERS] as Quantizer<FloatOp>) : null;
}
