import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { IntegerGeometry } from '../../../ir/ops/int8/window.js';
import type { Rounding } from '../../../ir/requantize.js';
import type { KernelSetCode, PackedLayer } from './kernel-set.js';
import { unpackedFirst } from './unpacked.js';

/** `GRAPES_CONV_2D_S8_MVE_STRIP` */
const STRIP_BYTES = 1024;

/** int4 weights of a convolution, unpacked: what RAM may pay for three times the speed of kernels/dsp. */
const MOST_UNPACKED = 8192;

/** Two roundings go right only. */
function shiftsFit(shift: Int8Array, rounding: Rounding): boolean {
  return rounding === 'single' || shift.every((s) => s < 0);
}

/** Entries for the rows that fill up the last group: the last one again, so that equal ones stay equal. */
function fillGroups<A extends Int8Array | Int32Array>(values: A): A {
  const filled = new (values.constructor as new (length: number) => A)(Math.ceil(values.length / 4) * 4);
  filled.fill(values[values.length - 1]);
  filled.set(values);
  return filled;
}

/** Rows in groups of four, sixteen inputs of each in turn: kernels/mve/rows.h. */
export function packRows(weights: Int8Array, inputs: number): Int8Array {
  const outputs = weights.length / inputs;
  const part = inputs % 16;
  const packed = new Int8Array(Math.ceil(outputs / 4) * 4 * inputs + ((16 - part) % 16));
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i += 16) {
      const width = Math.min(16, inputs - i);
      const at = (o & ~3) * inputs + i * 4 + (o & 3) * width;
      packed.set(weights.subarray(o * inputs + i, o * inputs + i + width), at);
    }
  }
  return packed;
}

type Constants = Pick<Int8Dense & Int8Convolution, 'foldedBias' | 'multiplier' | 'shift'>;

function packedRows(constants: Constants, weights: Int8Array, inputs: number, scratchBytes: number): PackedLayer {
  return {
    set: 'mve',
    weights: packRows(weights, inputs),
    bias: fillGroups(constants.foldedBias),
    multiplier: fillGroups(constants.multiplier),
    shift: fillGroups(constants.shift),
    layout: 'packed for kernels/mve: four rows interleaved, sixteen inputs at a time',
    biasContent: "bias with the input's zero point folded in",
    scratchBytes,
  };
}

function packDenseMve(layer: Int8Dense, rounding: Rounding): PackedLayer | null {
  return shiftsFit(layer.shift, rounding) ? packedRows(layer, layer.weights, layer.inputs, 0) : null;
}

/** Do the columns of a window lie apart? */
function liesApart(g: IntegerGeometry): boolean {
  return g.dilationWidth > 1 && g.kernelWidth > 1;
}

/** Does each window lie in the input in one piece? Then no strip is gathered. */
function readsInPlace(g: IntegerGeometry): boolean {
  return (
    !liesApart(g) &&
    g.kernelHeight === 1 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    (g.outputWidth - 1) * g.strideWidth + g.kernelWidth <= g.inputWidth &&
    (g.outputHeight - 1) * g.strideHeight < g.inputHeight
  );
}

/** Bytes of the strip of windows that the kernel gathers at a time. */
function stripBytes(g: IntegerGeometry, byColumn: boolean): number {
  const columnBytes = g.kernelHeight * g.channels;
  const partBytes = byColumn ? columnBytes : columnBytes * g.kernelWidth;
  const parts = Math.floor(STRIP_BYTES / partBytes);
  const fitting = byColumn ? Math.floor((parts - g.kernelWidth) / g.strideWidth) + 1 : parts;
  const pixels = Math.min(g.outputWidth, Math.max(2, fitting));
  return (byColumn ? (pixels - 1) * g.strideWidth + g.kernelWidth : pixels) * partBytes;
}

/** [out][row][column][channel] to [out][column][row][channel] */
function columnsFirst(weights: Int8Array, g: IntegerGeometry): Int8Array {
  const turned = new Int8Array(weights.length);
  const { kernelHeight: height, kernelWidth: width, channels } = g;
  for (let from = 0; from < weights.length; from += channels) {
    const place = from / channels;
    const [o, ky, kx] = [Math.floor(place / (height * width)), Math.floor(place / width) % height, place % width];
    turned.set(weights.subarray(from, from + channels), ((o * width + kx) * height + ky) * channels);
  }
  return turned;
}

function packConv2dMve(layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry: g, weights, shift, outputChannels } = layer;
  // Lanes are addressed by 16-bit offsets.
  if (!shiftsFit(shift, rounding) || outputChannels > 65528) return null;
  const inputs = weights.length / outputChannels;
  if (readsInPlace(g)) return packedRows(layer, weights, inputs, 0);
  const apart = liesApart(g);
  const byColumn = g.kernelWidth * g.channels > 16 || apart;
  return {
    ...(apart ? { kernel: 'mve_apart' } : {}),
    ...packedRows(layer, byColumn ? columnsFirst(weights, g) : weights, inputs, stripBytes(g, byColumn && !apart)),
    // Strips of one row; without them each group of rows goes over the whole image.
    order: { pixelsAtATime: g.outputWidth },
  };
}

/** Words of four rows that a tile of a depthwise convolution may take: GRAPES_DEPTHWISE_CONV_2D_S8_MVE_WORDS. */
const TILE_WORDS = 240;

/** Are outputs of two rows made together? */
function makesTwoByTwo(g: IntegerGeometry): boolean {
  return (
    Math.max(g.kernelHeight, g.kernelWidth) <= 3 &&
    [g.strideHeight, g.strideWidth, g.dilationHeight, g.dilationWidth].every((n) => n === 1)
  );
}

/** The twin of grapes_depthwise_pixels_mve and grapes_depthwise_block_mve. */
function depthwiseScratch(g: IntegerGeometry): number {
  const twoByTwo = makesTwoByTwo(g);
  const lanes = twoByTwo ? 2 : 4;
  const columnsOf = (pixels: number): number => {
    const made = Math.ceil(pixels / lanes) * lanes;
    return twoByTwo ? made + 2 : (made - 1) * g.strideWidth + 3 * g.dilationWidth + 1;
  };
  const least = Math.min(g.channels, 16);
  const most = Math.floor(TILE_WORDS / least);
  const row = columnsOf(g.outputWidth);
  let pixels = g.outputWidth;
  if (row > most) pixels = Math.max(1, Math.floor((most - columnsOf(lanes)) / (lanes * g.strideWidth)) + 1) * lanes;
  const fitting = Math.floor(TILE_WORDS / row);
  const block = Math.min(g.channels, fitting < 16 ? 16 : g.channels <= fitting ? g.channels : fitting & ~15);
  return 4 * columnsOf(pixels) * block + 64 + 3;
}

/** Words of a tile in kernels/mve/depthwise_window.h: GRAPES_DEPTHWISE_WINDOW_MVE_WORDS. */
const WINDOW_WORDS = 480;

/** The twin of grapes_window_pixels_mve and grapes_window_block_mve. */
function windowScratch(g: IntegerGeometry): number {
  const [rowParts, columnParts] = [Math.ceil(g.kernelHeight / 4), Math.ceil(g.kernelWidth / 4)];
  const words = Math.floor(WINDOW_WORDS / rowParts);
  const columnsOf = (pixels: number): number =>
    (Math.ceil(pixels / 4) * 4 - 1) * g.strideWidth + (4 * columnParts - 1) * g.dilationWidth + 1;
  const least = Math.min(g.channels, 16);
  const most = Math.floor(words / least);
  const few = columnsOf(4);
  const narrow = (most < few ? 1 : Math.floor((most - few) / (4 * g.strideWidth)) + 1) * 4;
  const columns = columnsOf(columnsOf(g.outputWidth) <= most ? g.outputWidth : narrow);
  const fitting = Math.floor(words / columns);
  const block = g.channels <= fitting ? g.channels : fitting < 16 ? least : fitting & ~15;
  return 4 * columns * block * rowParts + 64 + 3;
}

function packDepthwiseMve(layer: Int8Convolution, rounding: Rounding): PackedLayer | null {
  const { geometry: g, outputChannels, weights, foldedBias, multiplier, shift } = layer;
  if (!shiftsFit(shift, rounding) || g.kernelHeight > 8 || g.kernelWidth > 8) return null;
  const large = g.kernelHeight > 4 || g.kernelWidth > 4;
  // Of larger kernels, rows are made up to fours.
  const height = large ? Math.ceil(g.kernelHeight / 4) * 4 : g.kernelHeight;
  const packed = new Int8Array(outputChannels * height * g.kernelWidth);
  for (let k = 0; k < weights.length; k++) {
    const [place, o] = [Math.floor(k / outputChannels), k % outputChannels];
    const [ky, kx] = [Math.floor(place / g.kernelWidth), place % g.kernelWidth];
    const part = large ? 4 : height;
    const at = o * height * g.kernelWidth + (Math.floor(ky / part) * g.kernelWidth + kx) * part + (ky % part);
    packed[at] = weights[k];
  }
  return {
    set: 'mve',
    ...(large ? { kernel: 'mve_window' } : {}),
    weights: packed,
    bias: foldedBias,
    multiplier,
    shift,
    layout: 'turned for kernels/mve: channel by channel, column by column',
    biasContent: "bias with the input's zero point folded in",
    scratchBytes: large ? windowScratch(g) : depthwiseScratch(g),
    // Tiles of one row, or of two, are all made before those below.
    order: { pixelsAtATime: (makesTwoByTwo(g) ? 2 : 1) * g.outputWidth },
  };
}

/** kernels/mve: Helium, the vectors of Armv8.1-M (Cortex-M55). */
export const MVE: KernelSetCode = {
  fallback: 'dsp',
  layers: { fully_connected: packDenseMve, conv_2d: packConv2dMve, depthwise_conv_2d: packDepthwiseMve },
  int4Layers: {
    conv_2d: unpackedFirst(packConv2dMve, MOST_UNPACKED),
    depthwise_conv_2d: unpackedFirst(packDepthwiseMve),
  },
  int16Layers: {},
  kernels: ['pool_2d_s8', 'mean_s8', 'add_s8', 'mul_s8'],
  instructionsPerMac: 0.25,
  codeBytes: {
    fully_connected_s8: 500,
    conv_2d_s8: 900,
    depthwise_conv_2d_s8: 1300,
    add_s8: 200,
    mul_s8: 160,
    pool_2d_s8: 400,
    mean_s8: 260,
  },
};
