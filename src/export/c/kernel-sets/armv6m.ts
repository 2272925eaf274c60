import { packInt4 } from '../../../ir/int4.js';
import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { Rounding } from '../../../ir/requantize.js';
import { accumulatorRange } from '../weights.js';
import type { KernelSetCode, LayerPackers, PackedLayer } from './kernel-set.js';
import { unpackedFirst } from './unpacked.js';

/** GRAPES_WIDE_SHIFT_ARMV6M: marks a channel that takes the long way in finish.h. */
const WIDE_SHIFT = 64;
/** |sum * m1 + sum * m0 / 2^11| < 2^31 with |m0|, |m1| <= 1024. */
const MOST = 2096000;

interface Channel {
  readonly low: number;
  readonly high: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly zeroPoint: number;
}

/** finish.h's shift: how far to the right, or the network's own where 32 bits are not enough. */
export function packShift({ low, high, multiplier, shift, zeroPoint }: Channel, rounding: Rounding): number {
  const by = rounding === 'tflite' ? 9 - shift : 10 - shift;
  const most = Math.max(-low, high);
  const fits =
    (rounding === 'single' || shift < 0) &&
    by >= 1 &&
    by <= 22 &&
    most < MOST &&
    (most * multiplier) / 2 ** 22 + (2 * (zeroPoint + 128) + 1) * 2 ** (by - 1) < 2 ** 31 - 2048;
  return fits ? by : shift + WIDE_SHIFT;
}

function packConv2d(layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry, outputChannels, weights, foldedBias, multiplier } = layer;
  const inputs = weights.length / outputChannels;
  const narrow = layer.weightBits === 4;
  const padded = narrow ? Math.ceil(inputs / 8) * 8 : Math.ceil(inputs / 4) * 4;
  if (padded > 16380 || geometry.inputHeight > 32000 || geometry.inputWidth > 32000) return null;
  const packed = new Int8Array((narrow ? outputChannels : Math.ceil(outputChannels / 8) * 8) * padded);
  const shift = new Int8Array(outputChannels);
  for (let o = 0; o < outputChannels; o++) {
    for (let i = 0; i < inputs; i++) {
      const w = weights[o * inputs + i];
      if (w === -128 && i % 2 === 1 && weights[o * inputs + i - 1] === -128) return null;
      const interleaved = (o & ~7) * padded + (i >> 1) * 16 + 2 * (o & 4) + 4 * (i & 1) + (o & 3);
      packed[narrow ? o * padded + i : interleaved] = w;
    }
    const [low, high] = accumulatorRange({ inputs, outputs: outputChannels, weights, foldedBias }, o);
    const channel = { low, high, multiplier: multiplier[o], shift: layer.shift[o], zeroPoint: layer.zeroPoint };
    shift[o] = packShift(channel, rounding);
  }
  return {
    set: 'armv6m',
    weights: narrow ? packInt4(packed) : packed,
    bias: foldedBias,
    multiplier,
    shift,
    layout: `packed for kernels/armv6m: ${narrow ? 'channel after channel, two a byte' : 'eight channels interleaved'}`,
    biasContent: "bias with the input's zero point folded in",
    scratchBytes: 8 * padded + geometry.channels + 3,
    order: { pixelsAtATime: 4 },
  };
}

/** The weights stay as they are; the kernel widens a channel's nine for all its pixels. */
function packDepthwise(layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry: g, outputChannels, weights, foldedBias, multiplier } = layer;
  const fits =
    outputChannels === g.channels &&
    g.kernelHeight === 3 &&
    g.kernelWidth === 3 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.strideHeight <= 2 &&
    g.strideWidth <= 2 &&
    g.padLeft <= 3;
  if (!fits) return null;
  const shift = new Int8Array(outputChannels);
  for (let o = 0; o < outputChannels; o++) {
    const taps = Int8Array.from({ length: 9 }, (_, tap) => weights[tap * outputChannels + o]);
    if (taps.filter((w) => w === -128).length > 1) return null;
    const [low, high] = accumulatorRange(
      { inputs: 9, outputs: 1, weights: taps, foldedBias: foldedBias.subarray(o) },
      0,
    );
    const channel = { low, high, multiplier: multiplier[o], shift: layer.shift[o], zeroPoint: layer.zeroPoint };
    shift[o] = packShift(channel, rounding);
  }
  const pairs = Math.ceil(g.outputWidth / 2);
  const columns = 2 * g.strideWidth * (pairs - 1) + 3;
  return {
    set: 'armv6m',
    weights,
    bias: foldedBias,
    multiplier,
    shift,
    layout: 'as the network has them',
    biasContent: "bias with the input's zero point folded in",
    scratchBytes: 12 * (columns + 4) + 8 * pairs + 4 * 15 + 3,
    // The rows that a row of outputs sees are spread before it is written.
    order: { pixelsAtATime: g.outputWidth, channelByChannel: true },
    callInstructions: outputChannels * (150 + 15 * columns),
  };
}

/** Bytes of GRAPES_DEPTHWISE_WINDOW_ARMV6M_SCRATCH. */
function windowScratch(g: Int8Convolution['geometry']): number {
  const taps = g.kernelHeight * g.kernelWidth;
  const half = Math.ceil(Math.ceil(g.outputWidth / g.dilationWidth) / 2);
  const columns = (half - 1) * g.strideWidth + g.kernelWidth;
  const line = (2 * half - 1) * g.strideWidth + g.kernelWidth;
  return 4 * (columns * g.kernelHeight + 1 + Math.ceil(taps / 2) * 2 + 2 * half) + line + 3;
}

/** kernels/armv6m/depthwise_window.h: any window without both stride and dilation. */
function packDepthwiseWindow(layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry: g, outputChannels, weights, foldedBias, multiplier } = layer;
  const dilated = g.dilationHeight > 1 || g.dilationWidth > 1;
  if (dilated && (g.strideHeight > 1 || g.strideWidth > 1)) return null;
  // One or two outputs do not pay for lines of words.
  if (g.outputHeight * g.outputWidth <= 2 || outputChannels * g.dilationWidth > 65535) return null;
  const taps = g.kernelHeight * g.kernelWidth;
  const packed = new Int8Array(weights.length);
  weights.forEach((w, k) => {
    const [place, o] = [Math.floor(k / outputChannels), k % outputChannels];
    const [ky, kx] = [Math.floor(place / g.kernelWidth), place % g.kernelWidth];
    packed[o * taps + kx * g.kernelHeight + ky] = w;
  });
  const shift = new Int8Array(outputChannels);
  for (let o = 0; o < outputChannels; o++) {
    for (let tap = 1; tap < taps; tap += 2) {
      if (packed[o * taps + tap] === -128 && packed[o * taps + tap - 1] === -128) return null;
    }
    const dense = { inputs: taps, outputs: outputChannels, weights: packed, foldedBias };
    const [low, high] = accumulatorRange(dense, o);
    const channel = { low, high, multiplier: multiplier[o], shift: layer.shift[o], zeroPoint: layer.zeroPoint };
    shift[o] = packShift(channel, rounding);
  }
  return {
    set: 'armv6m',
    kernel: 'armv6m_window',
    weights: packed,
    bias: foldedBias,
    multiplier,
    shift,
    layout: 'channel by channel for kernels/armv6m, column by column',
    biasContent: "bias with the input's zero point folded in",
    scratchBytes: windowScratch(g),
    // The rows that a row of outputs sees are spread before it is written.
    ...(outputChannels === g.channels && !dilated ? { order: { pixelsAtATime: 1, channelByChannel: true } } : {}),
    callInstructions: outputChannels * (150 + 15 * taps),
  };
}

function packDense(layer: Int8Dense, rounding: Rounding): PackedLayer | null {
  const { inputs, outputs, weights, foldedBias, multiplier } = layer;
  const padded = Math.ceil(inputs / 8) * 8;
  if (padded > 65528) return null;
  const narrow = layer.weightBits === 4;
  const [block, raised] = narrow ? [8, 8] : [4, 128];
  const blocked = outputs - (outputs % block);
  const packed = new Int8Array(outputs * padded).fill(raised);
  const bias = new Int32Array(outputs);
  const shift = new Int8Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++) {
      const w = weights[o * inputs + i];
      const first = o - (o % block);
      const at = o < blocked ? first * padded + block * i + (o % block) : o * padded + i;
      packed[at] = w + raised;
      sum += w;
    }
    bias[o] = (foldedBias[o] - 128 * sum) | 0;
    const [low, high] = accumulatorRange(layer, o);
    const channel = { low, high, multiplier: multiplier[o], shift: layer.shift[o], zeroPoint: layer.zeroPoint };
    shift[o] = packShift(channel, rounding);
  }
  return {
    set: 'armv6m',
    weights: narrow ? packInt4(packed) : packed,
    bias,
    multiplier,
    shift,
    layout: `packed for kernels/armv6m: w + ${raised}, ${narrow ? 'eight' : 'four'} rows interleaved`,
    biasContent: "bias with the input's zero point and the weights' 128 folded in",
    scratchBytes: padded,
  };
}

const packAnyDepthwise: LayerPackers['depthwise_conv_2d'] = (layer, rounding) =>
  packDepthwise(layer, rounding) ?? packDepthwiseWindow(layer, rounding);

/** kernels/armv6m: Armv6-M (Cortex-M0, M0+): no division, no long multiplication. */
export const ARMV6M: KernelSetCode = {
  fallback: 'plain',
  layers: { fully_connected: packDense, conv_2d: packConv2d, depthwise_conv_2d: packAnyDepthwise },
  int4Layers: {
    fully_connected: packDense,
    conv_2d: packConv2d,
    depthwise_conv_2d: unpackedFirst(packAnyDepthwise),
  },
  int16Layers: {},
  kernels: [],
  instructionsPerMac: 3,
  codeBytes: {
    fully_connected_s8: 700,
    conv_2d_s8: 1000,
    depthwise_conv_2d_s8: 800,
    fully_connected_s4: 800,
    conv_2d_s4: 1000,
  },
};
