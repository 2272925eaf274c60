import { packInt4 } from '../../../ir/int4.js';
import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { KernelSetCode, PackedLayer } from './kernel-set.js';

type Constants = Pick<
  Int8Dense & Int8Convolution,
  'weights' | 'weightBits' | 'foldedBias' | 'multiplier' | 'shift' | 'dtype'
>;

function asTheyAre(layout: string): (layer: Constants) => PackedLayer {
  return ({ weights, weightBits, foldedBias, multiplier, shift, dtype }) => ({
    set: 'plain',
    weights: weightBits === 4 ? packInt4(weights) : weights,
    bias: foldedBias,
    multiplier,
    shift,
    layout: weightBits === 4 ? `${layout}, two a byte` : layout,
    biasContent: dtype === 'int16' ? 'bias' : "bias with the input's zero point folded in",
    scratchBytes: 0,
    order: { pixelsAtATime: 1 },
  });
}

const LAYERS = {
  fully_connected: asTheyAre('row by row'),
  conv_2d: asTheyAre('as the network has them'),
  depthwise_conv_2d: asTheyAre('as the network has them'),
};

/** kernels/plain: any machine, any layer. */
export const PLAIN: KernelSetCode = {
  fallback: null,
  layers: LAYERS,
  int4Layers: LAYERS,
  int16Layers: LAYERS,
  kernels: ['pool_2d_s8', 'mean_s8', 'add_s8', 'mul_s8', 'softmax_s8'],
  instructionsPerMac: 8,
  codeBytes: {
    fully_connected_s8: 200,
    conv_2d_s8: 500,
    depthwise_conv_2d_s8: 500,
    fully_connected_s4: 240,
    conv_2d_s4: 560,
    depthwise_conv_2d_s4: 540,
    unpack_s4: 60,
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
    resize_bilinear_s8: 400,
    squared_difference_s8: 340,
    batch_matmul_s8: 460,
    l2_normalization_s8: 440,
    lstm_s8: 960,
    arg_max_s8: 120,
    strided_copy_s8: 220,
    fully_connected_s16: 260,
    conv_2d_s16: 520,
    depthwise_conv_2d_s16: 520,
    pool_2d_s16: 300,
    mean_s16: 180,
    add_s16: 280,
    mul_s16: 200,
    extremum_s16: 60,
    rescale_s16: 160,
    sigmoidal_s16: 240,
    softmax_s16: 420,
  },
};
