import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { Rounding } from '../../src/ir/requantize.js';
import { withInt4Weights } from '../../tests/ir/int4-weights.js';
import { withInt16Activations } from '../inference/widths.js';
import { OneOpGraph, type Numbers } from './one-op-graph.js';

/** One layer to count. */
export interface Layer {
  readonly id: string;
  readonly load: (rounding: Rounding) => QuantizedGraph;
}

interface Window extends Numbers {
  readonly stride?: number;
  readonly dilation?: number;
  readonly same?: boolean;
}

const of =
  (shape: readonly number[], make: (graph: OneOpGraph) => QuantizedGraph): Layer['load'] =>
  (rounding) =>
    make(new OneOpGraph(rounding, shape));

const conv = (
  id: string,
  input: readonly number[],
  channels: number,
  kernel: readonly number[],
  w: Window = {},
): Layer => ({
  id: `conv ${id}`,
  load: of(input, (g) => g.convolution('conv_2d', channels, kernel, w)),
});
const depthwise = (
  id: string,
  input: readonly number[],
  multiplier: number,
  kernel: readonly number[],
  w: Window = {},
): Layer => ({
  id: `depthwise ${id}`,
  load: of(input, (g) => g.convolution('depthwise_conv_2d', input[2] * multiplier, kernel, w)),
});
const dense = (id: string, inputs: number, outputs: number, numbers: Numbers = {}): Layer => ({
  id: `dense ${id}`,
  load: of([inputs], (g) => g.dense(outputs, numbers)),
});

/** Layers in another width, named after it. */
const widths = (width: string, change: (graph: QuantizedGraph) => QuantizedGraph, layers: readonly Layer[]): Layer[] =>
  layers.map(({ id, load }) => ({ id: `${width} ${id}`, load: (rounding) => change(load(rounding)) }));

/** Layers that are counted in every width. */
const OF_EACH_WIDTH: readonly Layer[] = [
  conv('3x3 16 to 16', [12, 12, 16], 16, [3, 3]),
  conv('1x1 64 to 64', [8, 5, 64], 64, [1, 1]),
  conv('1x1 10 to 24', [12, 12, 10], 24, [1, 1]),
  depthwise('3x3 of 16', [12, 12, 16], 1, [3, 3]),
  depthwise('5x5 of 24', [10, 10, 24], 1, [5, 5]),
  dense('256 to 64', 256, 64),
  dense('250 to 10', 250, 10),
];

/**
 * Layers as networks have them beside those of MLPerf Tiny: other windows, strides, dilations, odd channel counts, single
 * pixels, and numbers at the ends of what integer formats allow.
 */
export const LAYERS: readonly Layer[] = [
  conv('3x3 16 to 16', [12, 12, 16], 16, [3, 3]),
  conv('3x3 16 to 16, dilation 2', [12, 12, 16], 16, [3, 3], { dilation: 2 }),
  conv('3x3 16 to 16, weights of -128', [12, 12, 16], 16, [3, 3], { lowest: true }),
  conv('3x3 16 to 16, factors near 1', [12, 12, 16], 16, [3, 3], { shiftBy: 11 }),
  conv('3x3 144 to 8, large sums', [5, 5, 144], 8, [3, 3], { same: false }),
  conv('3x3 3 to 8, stride 2', [24, 24, 3], 8, [3, 3], { stride: 2 }),
  conv('3x3 1 to 8, stride 2', [24, 24, 1], 8, [3, 3], { stride: 2 }),
  conv('5x5 8 to 16', [12, 12, 8], 16, [5, 5]),
  conv('5x5 1 to 6, valid', [16, 16, 1], 6, [5, 5], { same: false }),
  conv('7x7 3 to 8, stride 2', [20, 20, 3], 8, [7, 7], { stride: 2 }),
  conv('10x4 1 to 16, stride 2', [24, 10, 1], 16, [10, 4], { stride: 2 }),
  conv('1x7 10 to 24', [4, 24, 10], 24, [1, 7]),
  conv('3x1 5 to 7', [24, 8, 5], 7, [3, 1]),
  conv('1x1 64 to 64', [8, 5, 64], 64, [1, 1]),
  conv('1x1 8 to 16', [16, 16, 8], 16, [1, 1]),
  conv('1x1 10 to 24', [12, 12, 10], 24, [1, 1]),
  conv('1x1 24 to 7', [12, 12, 24], 7, [1, 1]),
  conv('1x1 7 to 3', [12, 12, 7], 3, [1, 1]),
  conv('1x1 16 to 32, stride 2', [12, 12, 16], 32, [1, 1], { stride: 2 }),
  conv('1x1 96 to 24 on one pixel', [1, 1, 96], 24, [1, 1]),
  conv('4x4 16 to 10 on one window', [4, 4, 16], 10, [4, 4], { same: false }),
  depthwise('3x3 of 16', [12, 12, 16], 1, [3, 3]),
  depthwise('3x3 of 16, stride 2', [12, 12, 16], 1, [3, 3], { stride: 2 }),
  depthwise('3x3 of 16, factors near 1', [12, 12, 16], 1, [3, 3], { shiftBy: 9 }),
  depthwise('3x3 of 16, dilation 2', [12, 12, 16], 1, [3, 3], { dilation: 2 }),
  depthwise('3x3 of 16, stride 3', [12, 12, 16], 1, [3, 3], { stride: 3 }),
  depthwise('3x3 of 32 on 2x2', [2, 2, 32], 1, [3, 3]),
  depthwise('3x3 of 5', [12, 12, 5], 1, [3, 3]),
  depthwise('3x3 of 4, multiplier 2', [12, 12, 4], 2, [3, 3]),
  depthwise('3x1 of 16', [24, 8, 16], 1, [3, 1]),
  depthwise('1x5 of 7', [4, 24, 7], 1, [1, 5]),
  depthwise('5x5 of 24', [10, 10, 24], 1, [5, 5]),
  depthwise('5x5 of 24, stride 2', [10, 10, 24], 1, [5, 5], { stride: 2 }),
  depthwise('7x7 of 10', [9, 9, 10], 1, [7, 7]),
  depthwise('10x8 of 1, multiplier 8, stride 2', [24, 20, 1], 8, [10, 8], { stride: 2 }),
  depthwise('5x5 of 3, multiplier 3', [10, 10, 3], 3, [5, 5]),
  depthwise('4x4 of 16 on one window', [4, 4, 16], 1, [4, 4], { same: false }),
  dense('256 to 64', 256, 64),
  dense('256 to 64, weights of -128', 256, 64, { lowest: true }),
  dense('256 to 64, factors near 1', 256, 64, { shiftBy: 11 }),
  dense('4000 to 4, large sums', 4000, 4),
  dense('250 to 10', 250, 10),
  dense('16 to 16', 16, 16),
  dense('1 to 16', 1, 16),
  { id: 'add', load: of([12, 12, 16], (g) => g.sum('add')) },
  { id: 'sub', load: of([12, 12, 16], (g) => g.sum('sub')) },
  { id: 'mul', load: of([12, 12, 16], (g) => g.product(false)) },
  { id: 'mul by channels', load: of([12, 12, 16], (g) => g.product(true)) },
  { id: 'average pool 2x2', load: of([12, 12, 16], (g) => g.pool('average_pool_2d', [2, 2], 2, false)) },
  { id: 'average pool 3x3, same', load: of([12, 12, 16], (g) => g.pool('average_pool_2d', [3, 3], 2, true)) },
  { id: 'average pool 6x6', load: of([6, 6, 32], (g) => g.pool('average_pool_2d', [6, 6], 6, false)) },
  { id: 'max pool 2x2', load: of([12, 12, 16], (g) => g.pool('max_pool_2d', [2, 2], 2, false)) },
  { id: 'max pool 3x3, same', load: of([12, 12, 16], (g) => g.pool('max_pool_2d', [3, 3], 2, true)) },
  { id: 'mean 7x7', load: of([7, 7, 32], (g) => g.mean()) },
  { id: 'softmax of 10', load: of([10], (g) => g.softmax()) },
  { id: 'softmax of 16 x 100', load: of([16, 100], (g) => g.softmax()) },
  { id: 'lookup', load: of([12, 12, 16], (g) => g.lookup()) },
  { id: 'pad', load: of([12, 12, 3], (g) => g.pad(1)) },
  { id: 'concatenation of channels', load: of([12, 12, 8], (g) => g.concatenation(2)) },
  { id: 'concatenation of rows', load: of([12, 12, 8], (g) => g.concatenation(0)) },
  { id: 'transpose', load: of([12, 12, 8], (g) => g.transpose()) },
  ...widths('int4', (graph) => withInt4Weights(graph, () => true), OF_EACH_WIDTH),
  ...widths('int16', withInt16Activations, OF_EACH_WIDTH),
];
