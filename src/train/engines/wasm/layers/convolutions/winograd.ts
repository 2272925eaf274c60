import { partialSums, sampleBytes, sumOverParts } from '../../arithmetic/samples.js';
import type { Floats, Machine } from '../../machine.js';
import type { ErrorTarget } from '../layer.js';
import type { Convolution, ConvolutionArrays } from './convolution.js';

/** Points of a transformed tile. */
const POINTS = 16;
/** Channels, of the input and of the output, from which the products saved outweigh the transforms. */
const LEAST_CHANNELS = 8;
/** Floats of a block's transformed tiles, inputs and outputs together: what the second-level cache holds beside filters. */
const BLOCK_FLOATS = 65_536;
/** So that the 16 points of a tile do not fall on the same lines of the cache. */
const SKEW_FLOATS = 16;

const padded = (channels: number): number => Math.ceil(channels / 8) * 8;

/** 3 × 3, stride 1, and at least eight channels on both sides. */
export function winogradPays({ window, filters }: Pick<ConvolutionArrays, 'window' | 'filters'>): boolean {
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, channels } = window;
  const fits =
    kernelHeight === 3 &&
    kernelWidth === 3 &&
    [strideHeight, strideWidth, dilationHeight, dilationWidth].every((step) => step === 1);
  return fits && Math.min(channels, filters) >= LEAST_CHANNELS;
}

/** Sizes of one direction, and the numbers that kernels/parts/winograd.ts reads. */
interface Direction {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filters: number;
  readonly padTop: number;
  readonly padLeft: number;
}

interface Layout {
  readonly address: number;
  /** Of the memory that the kernels work in. */
  readonly floats: number;
}

/**
 * 3 × 3 windows at stride 1 with 4/9 of the multiplications (docs/adr/0011). Errors go down through the same kernel: a
 * convolution of `delta` with the filters turned round. Gradients are summed in the transformed domain, in the fixed parts
 * of `sumOverParts`, and transformed back once a step.
 */
export class WinogradConvolution implements Convolution {
  private readonly inputBytes: number;
  private readonly outputBytes: number;
  private readonly ahead: Layout;
  private readonly backwards: Layout;
  private readonly work: number;
  private readonly transformed: Floats;
  private readonly sums: Floats;
  private readonly partial: readonly Floats[];

  constructor(
    private readonly machine: Machine,
    private readonly arrays: ConvolutionArrays,
  ) {
    const { window, filters } = arrays;
    const { inputHeight, inputWidth, outputHeight, outputWidth, channels, padTop, padLeft } = window;
    this.inputBytes = sampleBytes(inputHeight * inputWidth * channels);
    this.outputBytes = sampleBytes(outputHeight * outputWidth * filters);
    const image = { height: inputHeight, width: inputWidth, channels };
    const output = { outHeight: outputHeight, outWidth: outputWidth, filters };
    this.ahead = layOut(machine, { ...image, ...output, padTop, padLeft });
    this.backwards = layOut(machine, {
      height: outputHeight,
      width: outputWidth,
      channels: filters,
      outHeight: inputHeight,
      outWidth: inputWidth,
      filters: channels,
      padTop: 2 - padTop,
      padLeft: 2 - padLeft,
    });
    const work = Math.max(this.ahead.floats, this.backwards.floats);
    this.work = machine.floats(machine.team.size * work).address + sampleBytes(machine.team.member * work);
    this.transformed = machine.floats(POINTS * Math.max(padded(filters) * channels, padded(channels) * filters));
    this.sums = machine.floats(POINTS * padded(filters) * padded(channels));
    this.partial = partialSums(machine, this.sums.length);
  }

  forward(rows: number): void {
    const { input, output, weights } = this.arrays;
    this.transformFilters(weights, 0);
    this.convolve(rows, [input, this.inputBytes], [output, this.outputBytes], this.ahead, 0);
  }

  sendDown(rows: number, back: Floats, { delta: errors, accumulate }: ErrorTarget): void {
    const { delta } = this.arrays;
    this.transformFilters(back, 1);
    this.convolve(rows, [delta, this.outputBytes], [errors, this.inputBytes], this.backwards, accumulate ? 1 : 0);
  }

  private transformFilters(weights: Floats, back: 0 | 1): void {
    const { filters, window } = this.arrays;
    const { kernels, team } = this.machine;
    const [from, to] = team.share(filters);
    kernels.winogradFilters(weights.address, this.transformed.address, filters, window.channels, from, to, back);
    team.barrier();
  }

  private convolve(
    rows: number,
    [x, xBytes]: readonly [Floats, number],
    [y, yBytes]: readonly [Floats, number],
    { address }: Layout,
    accumulate: 0 | 1,
  ): void {
    const { kernels, team } = this.machine;
    const [from, to] = team.share(rows);
    const [xFrom, yFrom] = [x.address + from * xBytes, y.address + from * yBytes];
    kernels.winogradForward(xFrom, this.transformed.address, yFrom, to - from, address, this.work, accumulate);
    team.barrier();
  }

  takeGradients(rows: number): void {
    const { machine, sums, work } = this;
    const { input, delta, gradient, filters, window } = this.arrays;
    const { kernels, team } = machine;
    sumOverParts(machine, rows, sums, this.partial, (begin, end, to) => {
      const [x, d] = [input.address + begin * this.inputBytes, delta.address + begin * this.outputBytes];
      kernels.winogradGradient(x, d, to, end - begin, this.ahead.address, work);
    });
    const [from, to] = team.share(filters);
    kernels.winogradFilterGradient(sums.address, gradient.address, filters, window.channels, from, to, 1 / rows);
    team.barrier();
  }
}

function layOut(machine: Machine, direction: Direction): Layout {
  const { height, width, channels, outHeight, outWidth, filters, padTop, padLeft } = direction;
  const [c8, k8] = [padded(channels), padded(filters)];
  const image = (2 * Math.ceil(outHeight / 2) + 2) * (2 * Math.ceil(outWidth / 2) + 2) * c8;
  const tiles = Math.max(4, Math.floor(BLOCK_FLOATS / (POINTS * (c8 + k8)) / 4) * 4);
  const point = tiles * Math.max(c8, k8) + SKEW_FLOATS;
  const numbers = machine.ints(11);
  numbers.values.set([height, width, channels, outHeight, outWidth, filters, padTop, padLeft, tiles, image, point]);
  return { address: numbers.address, floats: image + 2 * POINTS * point };
}
