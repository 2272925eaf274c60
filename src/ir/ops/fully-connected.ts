import type { Activation, FullyConnectedOp, Graph } from '../graph.js';
import type { LayerRule } from '../layer-rule.js';
import type { DenseLayerSpec } from '../model-spec.js';
import type { WeightBits } from '../options.js';
import { elementCount, weightBits, type DType, type Integers } from '../tensor.js';
import { scaleOf, type Scale } from './int8/numbers.js';
import { activateFloat } from './activation.js';

/** Constants of one dense layer, ready to run. `weights` are [out][in]. */
export interface DenseSize {
  readonly inputs: number;
  readonly outputs: number;
}

/** One multiplication per weight. */
export function fullyConnectedMacs(size: DenseSize): number {
  return size.inputs * size.outputs;
}

/** Sizes from the weights' shape, [out][in]. */
export function fullyConnectedSize(graph: Graph, op: FullyConnectedOp): DenseSize {
  const [outputs, inputs] = graph.tensors[op.weights].shape;
  return { inputs, outputs };
}

/** The shape rule: any input of `in` elements (an image is read row by row) gives a vector of `out` elements. */
export function fullyConnectedOutputShape(weightShape: readonly number[]): readonly number[] {
  return [weightShape[0]];
}

/** Weights are [units][inputs]. */
export const denseRule: LayerRule<DenseLayerSpec> = {
  outputShape: (spec) => [spec.units],
  parameters: (spec, inputs, bias) => {
    const fanIn = elementCount(inputs[0]);
    const fanOut = spec.units;
    const weights = { part: 'weights', shape: [fanOut, fanIn], fanIn, fanOut, initial: 'random' } as const;
    return bias ? [weights, { part: 'bias', shape: [fanOut], fanIn, fanOut, initial: 0 }] : [weights];
  },
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, inputs) => spec.units * elementCount(inputs[0]),
};

export interface FloatDense extends DenseSize {
  readonly weights: Float32Array;
  readonly bias: Float32Array | null;
  readonly activation: Activation;
}

/**
 * Float forward: products and sums in double in ascending order, rounded to float32 once at the end. The reference for
 * accuracy; engines that sum in float32 or another order agree within rounding.
 */
export function fullyConnectedFloat(layer: FloatDense, x: Float32Array, y: Float32Array): void {
  const { inputs, outputs, weights, bias, activation } = layer;
  for (let o = 0; o < outputs; o++) {
    let sum = bias === null ? 0 : bias[o];
    const row = o * inputs;
    for (let i = 0; i < inputs; i++) sum += weights[row + i] * x[i];
    const a = Math.fround(sum);
    y[o] = activateFloat(activation, a);
  }
}

/** A dense layer's integers, for activations of either width. */
export interface Int8Dense extends DenseSize {
  readonly weights: Int8Array;
  /** 4: no weight leaves [-8, 7]. */
  readonly weightBits: WeightBits;
  /** bias[o] - zeroPointIn * sum_i weights[o][i], exact in int32: validateGraph has checked the bound. */
  readonly foldedBias: Int32Array;
  readonly multiplier: Int32Array;
  readonly shift: Int8Array;
  /** From an accumulator to an output, as the graph's rounding or the width of the multipliers has it. */
  readonly scale: Scale;
  readonly multiplierBits: 15 | 31;
  /** Of input and output. */
  readonly dtype: DType;
  readonly zeroPoint: number;
  readonly clampMin: number;
  readonly clampMax: number;
}

/** Gathers an op of a quantized graph for {@link fullyConnectedInt8}. */
export function prepareInt8Dense(graph: Graph<'quantized'>, op: FullyConnectedOp): Int8Dense {
  const size = fullyConnectedSize(graph, op);
  const weights = graph.tensors[op.weights].data as Int8Array;
  const bias = op.bias === null ? null : (graph.tensors[op.bias].data as Int32Array);
  const zeroPointIn = graph.tensors[op.input].quant!.zeroPoint[0];
  const requantize = op.requantize!;
  const foldedBias = new Int32Array(size.outputs);
  for (let o = 0; o < size.outputs; o++) {
    let sum = 0;
    for (let i = 0; i < size.inputs; i++) sum += weights[o * size.inputs + i];
    foldedBias[o] = (bias === null ? 0 : bias[o]) - zeroPointIn * sum;
  }
  return {
    ...size,
    weights,
    weightBits: weightBits(graph.tensors[op.weights]),
    foldedBias,
    multiplier: Int32Array.from(requantize.multiplier),
    shift: Int8Array.from(requantize.shift),
    scale: scaleOf(graph, requantize),
    multiplierBits: requantize.multiplierBits ?? 31,
    dtype: graph.tensors[op.output].dtype,
    zeroPoint: requantize.zeroPoint,
    clampMin: requantize.clampMin,
    clampMax: requantize.clampMax,
  };
}

/** The integer reference: what the emitted C computes, bit for bit. */
export function fullyConnectedInt8(layer: Int8Dense, x: Integers, y: Integers): void {
  const { inputs, outputs, foldedBias, multiplier, shift, zeroPoint, clampMin, clampMax, scale } = layer;
  const dot = dotOf(layer.dtype);
  for (let o = 0; o < outputs; o++) {
    const acc = foldedBias[o] + dot(layer.weights, o * inputs, x, inputs, 0);
    const q = zeroPoint + scale(acc, multiplier[o], shift[o]);
    y[o] = q < clampMin ? clampMin : q > clampMax ? clampMax : q;
  }
}

/** Sum of weights[row + i] * x[at + i] over `count` values: int8 modulo 2^32, int16 exact. */
export type Dot = (weights: Int8Array, row: number, x: Integers, count: number, at: number) => number;

export function dotOf(dtype: DType): Dot {
  return dtype === 'int16' ? dotInt16 : dotInt8;
}

/** Sums of 16-bit activations may leave int32; a double holds them. */
function dotInt16(weights: Int8Array, row: number, x: Integers, count: number, at: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += weights[row + i] * x[at + i];
  return sum;
}

/**
 * Sum of weights[row + i] * x[at + i], modulo 2^32. Four products a turn: the integer sum is exact in any order, and this
 * is where evaluation spends its time.
 */
function dotInt8(weights: Int8Array, row: number, x: Integers, count: number, at: number): number {
  let a = 0;
  let b = 0;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const w = row + i;
    const v = at + i;
    a = (a + Math.imul(weights[w], x[v]) + Math.imul(weights[w + 1], x[v + 1])) | 0;
    b = (b + Math.imul(weights[w + 2], x[v + 2]) + Math.imul(weights[w + 3], x[v + 3])) | 0;
  }
  for (; i < count; i++) a = (a + Math.imul(weights[row + i], x[at + i])) | 0;
  return (a + b) | 0;
}
