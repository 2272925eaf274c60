import type { KernelSet } from '../../../ir/c-sources.js';
import { packInt4 } from '../../../ir/int4.js';
import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { Rounding } from '../../../ir/requantize.js';
import { accumulatorRange } from '../weights.js';
import type { KernelSetCode, LayerPackers, PackedLayer } from './kernel-set.js';
import { unpackedFirst } from './unpacked.js';

/** Constants of kernels/scalar: what kernels/armv7m and kernels/rv32 share. */

/** Channels that the inner loops do at once. */
const BLOCK = 4;
/** Products that two words can sum for three pixels, and the end of each sum's range (kernels/scalar/triples.h). */
const CHUNK = 64;
const CHUNK_LIMIT = 2 ** 20;

export type Scale = Pick<PackedLayer, 'bias' | 'multiplier' | 'shift'>;

/** Bias and shift as kernels/scalar/scale.h wants them, or null if a number leaves its ranges. `most` is |sum| at most. */
export function scaleConstants(
  { multiplier, shift }: { readonly multiplier: Int32Array; readonly shift: Int8Array },
  bias: Int32Array,
  most: (channel: number) => number,
  rounding: Rounding,
): Scale | null {
  const fits = (s: number, o: number): boolean =>
    rounding === 'tflite' ? s <= -1 && s >= -22 && most(o) < 2 ** 29 : most(o) * 2 ** s < 2 ** 31;
  if (!shift.every(fits)) return null;
  if (rounding === 'single') return { bias, multiplier, shift };
  return { bias: bias.map((b) => 2 * b), multiplier, shift: shift.map((s) => -s - 1) };
}

const BIAS = "bias with the input's zero point folded in";
export const biasContent = (rounding: Rounding, and = ''): string =>
  `${rounding === 'tflite' ? 'twice the ' : ''}${BIAS}${and}`;

/** Largest |sum| of a row over all inputs, bias included. */
export function largestSum(layer: Parameters<typeof accumulatorRange>[0], o: number): number {
  const [low, high] = accumulatorRange(layer, o);
  return Math.max(Math.abs(low), Math.abs(high), Math.abs(layer.foldedBias[o]));
}

/** The rows of a block: a last block of less than four repeats the last row. */
export function blockRows(outputs: number, first: number): number[] {
  return Array.from({ length: BLOCK }, (_, k) => Math.min(first + k, outputs - 1));
}

/** kernels/scalar/conv_2d_s8.h for the set that brings its inner loop, for weights of either width. */
export function packConv2dScalar(set: KernelSet, layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { outputChannels, weights, foldedBias, geometry } = layer;
  const inputs = weights.length / outputChannels;
  if (inputs > 65535 - CHUNK) return null;
  const dense = { inputs, outputs: outputChannels, weights, foldedBias };
  const scale = scaleConstants(layer, foldedBias, (o) => largestSum(dense, o), rounding);
  if (scale === null) return null;
  const packed: number[] = [];
  for (let first = 0; first < inputs; first += CHUNK) {
    const end = Math.min(first + CHUNK, inputs);
    const padded = Math.ceil(end / 4) * 4;
    for (let o = 0; o < outputChannels; o += BLOCK) {
      const rows = blockRows(outputChannels, o);
      for (const row of rows) {
        const chunk = weights.subarray(row * inputs + first, row * inputs + end);
        if (chunk.reduce((sum, w) => sum + 128 * Math.abs(w), 0) >= CHUNK_LIMIT) return null;
      }
      for (let i = first; i < padded; i++) packed.push(...rows.map((row) => (i < end ? weights[row * inputs + i] : 0)));
    }
  }
  const chunks = inputs > CHUNK;
  const words = 8 * (chunks ? CHUNK : Math.ceil(inputs / 4) * 4);
  const waiting = 12 * BLOCK * (chunks ? Math.ceil(outputChannels / BLOCK) : outputChannels % BLOCK === 0 ? 0 : 1);
  return {
    set,
    weights: layer.weightBits === 4 ? packInt4(Int8Array.from(packed)) : Int8Array.from(packed),
    ...scale,
    layout: `packed for kernels/${set}: four channels interleaved, 64 inputs at a time`,
    biasContent: biasContent(rounding),
    scratchBytes: words + waiting + geometry.channels + 3,
    // All that three pixels see is expanded before their first output is written.
    order: { pixelsAtATime: 3 },
  };
}

/** Outputs of a row that are made at once. */
const WIDEST_STRIP = 6;

/** A row of padding where one strip is all, else a ring of three rows of a strip: the width that wastes least. */
function stripBytes({ inputWidth, outputWidth, strideWidth, channels }: Int8Convolution['geometry']): number {
  if (outputWidth <= WIDEST_STRIP) return inputWidth * channels;
  const computed = (width: number): number => Math.ceil(outputWidth / width) * width;
  const width = [6, 5, 4].reduce((best, w) => (computed(w) < computed(best) ? w : best));
  return 3 * ((width - 1) * strideWidth + 3) * channels;
}

/** kernels/scalar/depthwise_conv_2d_s8.h */
export function packDepthwiseScalar(set: KernelSet, layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry: g, outputChannels, weights, foldedBias } = layer;
  const fits =
    outputChannels === g.channels &&
    g.kernelHeight === 3 &&
    g.kernelWidth === 3 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.strideWidth <= 2 &&
    // Where a strip lies behind the edge altogether its ring of rows would be too short.
    Math.max(g.padLeft, g.padRight) <= 2;
  if (!fits) return null;
  const packed = new Int8Array(weights.length);
  for (let c = 0; c < outputChannels; c++) {
    for (let tap = 0; tap < 9; tap++) packed[9 * c + tap] = weights[tap * outputChannels + c];
  }
  const dense = { inputs: 9, outputs: outputChannels, weights: packed, foldedBias };
  const scale = scaleConstants(layer, foldedBias, (o) => largestSum(dense, o), rounding);
  if (scale === null) return null;
  return {
    set,
    weights: packed,
    ...scale,
    layout: `channel by channel for kernels/${set}`,
    biasContent: biasContent(rounding),
    scratchBytes: stripBytes(g) + 3,
    // One strip is made row by row. Of several, each sees columns of its neighbour's.
    ...(g.outputWidth <= WIDEST_STRIP ? { order: { pixelsAtATime: g.outputWidth } } : {}),
  };
}

/** Bytes of GRAPES_DEPTHWISE_WINDOW_SCALAR_SCRATCH. */
function windowBytes(g: Int8Convolution['geometry']): number {
  const reach = (outputs: number, dilation: number, stride: number): number =>
    (Math.ceil(outputs / dilation) - 1) * stride;
  const above = reach(g.outputHeight, g.dilationHeight, g.strideHeight);
  const lines = above < g.kernelHeight ? above + g.kernelHeight : 2 * g.kernelHeight;
  return lines * (reach(g.outputWidth, g.dilationWidth, g.strideWidth) + g.kernelWidth);
}

/** GRAPES_WINDOW_IN_PLACE_SCALAR: one group of outputs that sees nothing but input. */
function isReadInPlace(g: Int8Convolution['geometry']): boolean {
  const { outputHeight, outputWidth, padTop, padLeft, dilationHeight, dilationWidth } = g;
  return (
    [outputHeight, dilationHeight, dilationWidth].every((n) => n === 1) &&
    outputWidth <= 4 &&
    padTop === 0 &&
    padLeft === 0 &&
    g.kernelHeight <= g.inputHeight &&
    (outputWidth - 1) * g.strideWidth + g.kernelWidth <= g.inputWidth
  );
}

/** kernels/scalar/depthwise_window.h: any window without both stride and dilation, any numbers. */
export function packDepthwiseWindowScalar(
  set: 'armv7m' | 'rv32',
  layer: Int8Convolution,
  rounding: Rounding,
): PackedLayer | null {
  const { geometry: g, outputChannels, weights, foldedBias, multiplier, shift } = layer;
  const dilated = g.dilationHeight > 1 || g.dilationWidth > 1;
  if (dilated && (g.strideHeight > 1 || g.strideWidth > 1)) return null;
  const inPlace = isReadInPlace(g);
  const inputs = g.kernelHeight * g.kernelWidth;
  const rows = weights.map((_, k) => weights[(k % inputs) * outputChannels + Math.floor(k / inputs)]);
  const dense = { inputs, outputs: outputChannels, weights: rows, foldedBias };
  const scale = scaleConstants(layer, foldedBias, (o) => largestSum(dense, o), rounding);
  return {
    set,
    kernel: scale === null ? `${set}_window_any` : `${set}_window`,
    weights: rows,
    ...(scale ?? { bias: foldedBias, multiplier, shift }),
    layout: `channel by channel for kernels/${set}`,
    biasContent: scale === null ? BIAS : biasContent(rounding),
    scratchBytes: inPlace ? 0 : windowBytes(g),
    // Lines are gathered before the first output that sees them.
    ...(outputChannels === g.channels && !dilated
      ? { order: { pixelsAtATime: inPlace ? g.outputWidth : 1, channelByChannel: true } }
      : {}),
    callInstructions: outputChannels * 60,
  };
}

/** Rows in blocks of four, interleaved, each padded with zero bytes to `padded` inputs. */
function interleaveRows({ inputs, outputs, weights }: Int8Dense, padded: number, offset: number): Int8Array {
  const packed = new Int8Array(Math.ceil(outputs / BLOCK) * BLOCK * padded);
  let at = 0;
  for (let o = 0; o < outputs; o += BLOCK) {
    const rows = blockRows(outputs, o);
    for (let i = 0; i < padded; i++) {
      for (const r of rows) packed[at++] = i < inputs ? weights[r * inputs + i] + offset : 0;
    }
  }
  return packed;
}

/** Of four rows' numbers for one input and for the next: bytes with the first in their low halves. */
function twoInputsAByte(rows: Int8Array): Int8Array {
  return Int8Array.from({ length: rows.length / 2 }, (_, k) => {
    const at = 2 * BLOCK * Math.floor(k / BLOCK) + (k % BLOCK);
    return rows[at] | (rows[at + BLOCK] << 4);
  });
}

/** kernels/armv7m/fully_connected_s8.h and _s4.h */
export function packDenseFourRows(set: KernelSet, layer: Int8Dense, rounding: Rounding): PackedLayer | null {
  const { inputs, weights, foldedBias } = layer;
  const row = (o: number): Int8Array => weights.subarray(o * inputs, (o + 1) * inputs);
  const bias = foldedBias.map((b, o) => b - 128 * row(o).reduce((sum, w) => sum + w, 0));
  // Whatever is added on the way is taken off again modulo 2^32: only the end value counts.
  const scale = scaleConstants(layer, bias, (o) => largestSum(layer, o), rounding);
  if (scale === null) return null;
  const padded = Math.ceil(inputs / 4) * 4;
  return {
    set,
    weights:
      layer.weightBits === 4 ? twoInputsAByte(interleaveRows(layer, padded, 8)) : interleaveRows(layer, padded, 128),
    ...scale,
    layout: `plus ${layer.weightBits === 4 ? '8' : '128'}, packed for kernels/${set}: four rows interleaved`,
    biasContent: biasContent(rounding, ", minus 128 times the row's weights"),
    scratchBytes: padded + 3,
  };
}

/** kernels/rv32/fully_connected_s8.h and _s4.h */
export function packDenseRows(set: KernelSet, layer: Int8Dense, rounding: Rounding): PackedLayer | null {
  const scale = scaleConstants(layer, layer.foldedBias, (o) => largestSum(layer, o), rounding);
  if (scale === null) return null;
  return {
    set,
    weights:
      layer.weightBits === 4
        ? packInt4(interleaveRows(layer, layer.inputs, 0))
        : interleaveRows(layer, layer.inputs, 0),
    ...scale,
    layout: `packed for kernels/${set}: four rows interleaved`,
    biasContent: biasContent(rounding),
    scratchBytes: 0,
  };
}

/** All layers of a set whose convolutions are those of kernels/scalar, at both widths of weights; `dense` is its own. */
export function scalarLayers(
  set: 'armv7m' | 'rv32',
  dense: LayerPackers['fully_connected'],
): Pick<KernelSetCode, 'layers' | 'int4Layers' | 'int16Layers'> {
  const eitherWidth: Pick<LayerPackers, 'fully_connected' | 'conv_2d'> = {
    fully_connected: dense,
    conv_2d: (layer, rounding) => packConv2dScalar(set, layer, rounding),
  };
  const depthwise: LayerPackers['depthwise_conv_2d'] = (layer, rounding) =>
    packDepthwiseScalar(set, layer, rounding) ?? packDepthwiseWindowScalar(set, layer, rounding);
  return {
    layers: { ...eitherWidth, depthwise_conv_2d: depthwise },
    int4Layers: { ...eitherWidth, depthwise_conv_2d: unpackedFirst(depthwise) },
    int16Layers: {},
  };
}
