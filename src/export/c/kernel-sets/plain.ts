import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { KernelSetCode, PackedLayer } from './kernel-set.js';

type Constants = Pick<Int8Dense & Int8Convolution, 'weights' | 'foldedBias' | 'multiplier' | 'shift'>;

function asTheyAre(layout: string): (layer: Constants) => PackedLayer {
  return ({ weights, foldedBias, multiplier, shift }) => ({
    set: 'plain',
    weights,
    bias: foldedBias,
    multiplier,
    shift,
    layout,
    biasContent: "bias with the input's zero point folded in",
    scratchBytes: 0,
    order: { pixelsAtATime: 1 },
  });
}

/** kernels/plain: any machine, any layer. */
export const PLAIN: KernelSetCode = {
  fallback: null,
  layers: {
    fully_connected: asTheyAre('row by row'),
    conv_2d: asTheyAre('as the network has them'),
    depthwise_conv_2d: asTheyAre('as the network has them'),
  },
  kernels: ['pool_2d_s8', 'mean_s8', 'add_s8', 'mul_s8', 'softmax_s8'],
  codeBytes: {
    fully_connected_s8: 200,
    conv_2d_s8: 500,
    depthwise_conv_2d_s8: 500,
    pool_2d_s8: 300,
    mean_s8: 200,
    add_s8: 300,
    mul_s8: 200,
    softmax_s8: 700,
    sub_s8: 300,
    add_constant_s8: 240,
    mul_rows_s8: 240,
    prelu_s8: 240,
    extremum_s8: 40,
    strided_copy_s8: 220,
  },
};
