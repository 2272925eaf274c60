import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { Rounding } from '../../../ir/requantize.js';
import { DTYPE_BYTES } from '../../../ir/tensor.js';
import { fitsPairs, halvesRow, nibbleRow, packDsp, pairedRow, wideRow, type DenseIntegers } from '../weights.js';
import type { KernelRounding, KernelSetCode, PackedLayer } from './kernel-set.js';
import { largestSum, packDepthwiseScalar, packDepthwiseWindowScalar } from './scalar.js';
import { unpackedFirst } from './unpacked.js';

/** The zero point times 2^-shift is added to the first rounding of two. */
const LEAST_SHIFT = -22;

/** Two roundings go right only, and one rounding must not shift beyond int32. */
function shiftsFit({ shift }: Pick<Int8Convolution, 'shift'>, rounding: Rounding, sumBits: number): boolean {
  return shift.every((s) => (rounding === 'tflite' ? s < 0 && s >= LEAST_SHIFT : s + sumBits <= 31));
}

/** `GRAPES_WAY_PLAIN_DSP` */
const WAY_PLAIN = 64;

/** How grapes_requantize_any_dsp scales each channel: any shift, any sum of an int32. */
function waysOf(shift: Int8Array, most: (channel: number) => number, rounding: Rounding): Int8Array {
  if (rounding === 'single') return shift;
  return shift.map((s, o) => {
    if (s < 0 && s >= LEAST_SHIFT && most(o) < 2 ** 29) return s;
    return s >= 0 && most(o) * 2 ** (s + 1) < 2 ** 31 ? s + 1 : s + WAY_PLAIN;
  });
}

/** Largest |sum| of row `o` over int16 inputs. */
function largestInt16Sum({ inputs, weights, foldedBias }: DenseIntegers, o: number): number {
  const row = weights.subarray(o * inputs, (o + 1) * inputs);
  return row.reduce((sum, w) => sum + 32768 * Math.abs(w), Math.abs(foldedBias[o]));
}

/** What the kernels of a set's two forms differ in: pairs of weights where numbers allow, else each widened. */
function formOf(
  dense: DenseIntegers,
  { shift, weightBits, dtype }: Pick<Int8Convolution, 'shift' | 'weightBits' | 'dtype'>,
  rounding: KernelRounding,
): Pick<PackedLayer, 'kernel' | 'shift'> & { readonly packRow: typeof pairedRow; readonly numbers: string } {
  if (dtype === 'int16') {
    const ways = rounding === 'tflite' ? waysOf(shift, (o) => largestInt16Sum(dense, o), rounding) : shift;
    return { shift: ways, packRow: halvesRow, numbers: 'each weight a byte' };
  }
  if (rounding === 'wide') throw new RangeError('sums of int64 are for int16 activations');
  if (weightBits === 8 && fitsPairs(dense) && shiftsFit({ shift }, rounding, 23)) {
    return { shift, packRow: pairedRow, numbers: 'weights in pairs' };
  }
  const ways = waysOf(shift, (o) => largestSum(dense, o), rounding);
  if (weightBits === 4) return { shift: ways, packRow: nibbleRow, numbers: 'plus 8, two a byte' };
  return { kernel: 'dsp_wide', shift: ways, packRow: wideRow, numbers: 'each weight a byte' };
}

const biasContent = ({ dtype }: Pick<Int8Convolution, 'dtype'>): string =>
  dtype === 'int16' ? 'bias' : "bias with the input's zero point folded in, as kernels/dsp wants it";

function packConv2dDsp(layer: Int8Convolution, rounding: KernelRounding): PackedLayer | null {
  const { outputChannels, weights, foldedBias, dtype } = layer;
  const inputs = weights.length / outputChannels;
  const valueBytes = DTYPE_BYTES[dtype];
  if (inputs * valueBytes > 65532) return null;
  const dense = { inputs, outputs: outputChannels, weights, foldedBias };
  const { packRow, numbers, ...form } = formOf(dense, layer, rounding);
  // A group is what four bytes hold of a row.
  const size = layer.weightBits === 4 ? 8 : 4;
  const groups = Math.ceil(inputs / size);
  const packed = new Int8Array(Math.ceil(outputChannels / 2) * 8 * groups);
  const bias = new Int32Array(outputChannels);
  for (let o = 0; o < outputChannels; o++) {
    const row = packRow(weights.subarray(o * inputs, (o + 1) * inputs), 4 * groups, foldedBias[o]);
    for (let g = 0; g < groups; g++) {
      packed.set(row.bytes.subarray(4 * g, 4 * g + 4), (o >> 1) * 8 * groups + 8 * g + 4 * (o & 1));
    }
    bias[o] = row.bias;
  }
  return {
    set: 'dsp',
    weights: packed,
    bias,
    multiplier: layer.multiplier,
    ...form,
    layout: `packed for kernels/dsp: two channels interleaved, ${numbers}`,
    biasContent: biasContent(layer),
    // Words of two pixels, and the values of one.
    scratchBytes: (4 + valueBytes) * size * groups + 3,
    order: { pixelsAtATime: 2 },
  };
}

/** 3x3 windows that begin inside or at most two places before the input, at strides that the columns are swept with. */
function depthwiseShapeFits({ geometry: g }: Int8Convolution): boolean {
  const lastTop = (g.outputHeight - 1) * g.strideHeight - g.padTop;
  return (
    g.kernelHeight === 3 &&
    g.kernelWidth === 3 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.strideWidth <= 2 &&
    g.inputHeight >= 3 &&
    g.inputWidth >= 3 &&
    g.padTop <= 2 &&
    g.padLeft <= (g.strideWidth === 1 ? 2 : 1) &&
    lastTop < g.inputHeight
  );
}

/** Bytes of GRAPES_DEPTHWISE_WINDOW_SCRATCH. */
function windowScratch(g: Int8Convolution['geometry']): number {
  const pairs = Math.ceil(g.kernelHeight / 2);
  const made = g.outputWidth < 4 ? g.outputWidth : Math.ceil(g.outputWidth / 4) * 4;
  const columns = (made - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1;
  const apart = (2 * g.dilationHeight) % g.strideHeight === 0 ? (2 * g.dilationHeight) / g.strideHeight : 0;
  const lines = apart === 0 ? pairs : apart * (pairs - 1) + 1;
  return 4 * (lines * columns + Math.ceil((pairs * g.kernelWidth) / 2) * 2) + 3;
}

/** kernels/dsp/depthwise_window.h: any window and any numbers. */
function packDepthwiseWindow(layer: Int8Convolution, rounding: Rounding): PackedLayer {
  const { outputChannels, weights, foldedBias, geometry: g } = layer;
  const taps = Math.ceil((Math.ceil(g.kernelHeight / 2) * g.kernelWidth) / 2) * 2;
  const packed = new Int8Array(outputChannels * taps * 2);
  const rows = new Int8Array(weights.length);
  const inputs = g.kernelHeight * g.kernelWidth;
  weights.forEach((w, k) => {
    const [place, o] = [Math.floor(k / outputChannels), k % outputChannels];
    const [ky, kx] = [Math.floor(place / g.kernelWidth), place % g.kernelWidth];
    const tap = (ky >> 1) * g.kernelWidth + kx;
    packed[2 * (o * taps + (tap & ~1)) + (tap & 1) + 2 * (ky & 1)] = w;
    rows[o * inputs + place] = w;
  });
  const dense = { inputs, outputs: outputChannels, weights: rows, foldedBias };
  return {
    set: 'dsp',
    kernel: 'dsp_window',
    weights: packed,
    bias: foldedBias,
    multiplier: layer.multiplier,
    shift: waysOf(layer.shift, (o) => largestSum(dense, o), rounding),
    layout: 'packed for kernels/dsp: channel by channel, pairs of kernel rows',
    biasContent: layer.dtype === 'int16' ? 'bias' : "bias with the input's zero point folded in",
    scratchBytes: windowScratch(g),
    // Rows are taken into the ring before the first output that sees them; a row below the window meets weights of zero.
    ...(outputChannels === g.channels ? { order: { pixelsAtATime: 1, channelByChannel: true } } : {}),
  };
}

function packDepthwiseDsp(layer: Int8Convolution, rounding: Rounding): PackedLayer {
  const small = layer.foldedBias.every((b) => Math.abs(b) < 2 ** 28);
  if (!depthwiseShapeFits(layer) || !small || !shiftsFit(layer, rounding, 29)) {
    const { geometry: g } = layer;
    // Few outputs do not pay for lines of words.
    const few =
      g.outputHeight * g.outputWidth <= 9
        ? (packDepthwiseScalar('armv7m', layer, rounding) ?? packDepthwiseWindowScalar('armv7m', layer, rounding))
        : null;
    return few ?? packDepthwiseWindow(layer, rounding);
  }
  return packDepthwiseSweep(layer);
}

/** kernels/dsp/depthwise_conv_2d_s16.h */
function packDepthwiseInt16(layer: Int8Convolution, rounding: KernelRounding): PackedLayer | null {
  if (rounding !== 'single') return null;
  return depthwiseShapeFits(layer) ? packDepthwiseSweep(layer) : packDepthwiseWindow(layer, rounding);
}

/** 3x3 windows, channel by channel, for activations of either width. */
function packDepthwiseSweep(layer: Int8Convolution): PackedLayer {
  const { outputChannels, weights, foldedBias, inputZeroPoint } = layer;
  const packed = new Int8Array(outputChannels * 12);
  const bias = foldedBias.slice();
  weights.forEach((w, k) => {
    const [tap, channel] = [Math.floor(k / outputChannels), k % outputChannels];
    packed[12 * channel + 4 * (tap % 3) + Math.floor(tap / 3)] = w;
    bias[channel] += inputZeroPoint * w;
  });
  return {
    set: 'dsp',
    weights: packed,
    bias,
    multiplier: layer.multiplier,
    shift: layer.shift,
    layout: 'packed for kernels/dsp: channel by channel, three columns of four bytes',
    biasContent: "the layer's own bias",
    scratchBytes: 0,
    // A channel's columns are loaded ahead of its outputs; what lies outside the window meets weights of zero.
    ...(outputChannels === layer.geometry.channels ? { order: { pixelsAtATime: 1, channelByChannel: true } } : {}),
    callInstructions: 90 * outputChannels,
  };
}

function packDenseDsp(layer: Int8Dense, rounding: KernelRounding): PackedLayer {
  const size = layer.weightBits === 4 ? 8 : 4;
  const padded = Math.ceil(layer.inputs / size) * size;
  const { packRow, numbers, ...form } = formOf(layer, layer, rounding);
  return {
    set: 'dsp',
    ...packDsp(layer, packRow),
    multiplier: layer.multiplier,
    ...form,
    layout: `packed for kernels/dsp: four rows interleaved, ${numbers}`,
    biasContent: biasContent(layer),
    // int16 inputs are multiplied where they lie.
    ...(layer.dtype === 'int16'
      ? { scratchBytes: 0 }
      : // Four bytes become eight: the last ones are read when all but eight are written.
        { scratchBytes: 2 * padded + 3, scratchDistance: padded }),
  };
}

/** kernels/dsp: the DSP extension of Armv7E-M and Armv8-M (Cortex-M4, M7, M33). */
export const DSP: KernelSetCode = {
  fallback: 'armv7m',
  layers: { fully_connected: packDenseDsp, conv_2d: packConv2dDsp, depthwise_conv_2d: packDepthwiseDsp },
  int4Layers: {
    fully_connected: packDenseDsp,
    conv_2d: packConv2dDsp,
    depthwise_conv_2d: unpackedFirst(packDepthwiseDsp),
  },
  int16Layers: { fully_connected: packDenseDsp, conv_2d: packConv2dDsp, depthwise_conv_2d: packDepthwiseInt16 },
  kernels: ['pool_2d_s8', 'mean_s8', 'add_s8', 'mul_s8'],
  instructionsPerMac: 1,
  codeBytes: {
    fully_connected_s8: 800,
    conv_2d_s8: 900,
    depthwise_conv_2d_s8: 900,
    add_s8: 200,
    mul_s8: 160,
    pool_2d_s8: 400,
    mean_s8: 300,
    fully_connected_s4: 800,
    conv_2d_s4: 900,
    fully_connected_s16: 400,
    conv_2d_s16: 700,
    depthwise_conv_2d_s16: 900,
  },
};
