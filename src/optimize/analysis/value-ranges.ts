import { isIntegerOp, opInputs, type FullyConnectedOp, type QuantizedGraph, type QuantizedOp } from '../../ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp, IntegerOp } from '../../ir/integer-ops.js';
import { clamp, scaleOf, zeroPointOf } from '../../ir/ops/int8/numbers.js';
import type { Requantize } from '../../ir/quant-params.js';
import { elementCount, limitsOf, type Tensor } from '../../ir/tensor.js';

/** The smallest and the largest value that each channel (index along the last axis) can take, over all inputs. */
export interface ChannelRanges {
  readonly low: Int16Array;
  readonly high: Int16Array;
}

export type ValueRanges = ReadonlyMap<number, ChannelRanges>;

/**
 * Ranges of all run-time tensors, by tensor id. Every step from inputs to outputs is monotone in each of its inputs
 * (products with a constant, requantization, clamps), so that the ends of the ranges bound what lies between them.
 */
export function valueRanges(graph: QuantizedGraph): ValueRanges {
  const ranges = new Map([[graph.input, full(graph.tensors[graph.input])]]);
  for (const op of graph.ops) {
    const inputs = opInputs(op).map((id) => ranges.get(id)!);
    ranges.set(op.output, rangesOf(graph, op, inputs));
  }
  return ranges;
}

/** The one value that channel `c` always has, or null. */
export function constantValue({ low, high }: ChannelRanges, c: number): number | null {
  return low[c] === high[c] ? low[c] : null;
}

/** Length of the last axis. */
export function channelsOf(graph: QuantizedGraph, tensor: number): number {
  const { shape } = graph.tensors[tensor];
  return shape[shape.length - 1];
}

export function isPadded(op: IntegerOp): boolean {
  if (!('window' in op)) return false;
  const { top, left, bottom, right } = op.window.pad;
  return top + left + bottom + right > 0;
}

/** Whatever the type of the tensor holds. */
function full(tensor: Tensor): ChannelRanges {
  const channels = tensor.shape[tensor.shape.length - 1];
  const { lowest, highest } = limitsOf(tensor);
  return { low: new Int16Array(channels).fill(lowest), high: new Int16Array(channels).fill(highest) };
}

function mapped(channels: number, of: (c: number) => readonly [number, number]): ChannelRanges {
  const made = { low: new Int16Array(channels), high: new Int16Array(channels) };
  for (let c = 0; c < channels; c++) [made.low[c], made.high[c]] = of(c);
  return made;
}

function rangesOf(graph: QuantizedGraph, op: QuantizedOp, inputs: readonly ChannelRanges[]): ChannelRanges {
  const channels = channelsOf(graph, op.output);
  const [x] = inputs;
  if (op.kind === 'lookup') {
    const table = graph.tensors[op.table].data as Int8Array;
    return mapped(channels, (c) => {
      const reached = table.subarray(x.low[c] + 128, x.high[c] + 129);
      return [Math.min(...reached), Math.max(...reached)];
    });
  }
  return isIntegerOp(op) ? integerRanges(graph, op, inputs, channels) : denseRanges(graph, op, x);
}

function integerRanges(
  graph: QuantizedGraph,
  op: IntegerOp,
  inputs: readonly ChannelRanges[],
  channels: number,
): ChannelRanges {
  const [x, y] = inputs;
  const output = graph.tensors[op.output];
  const zero = zeroPointOf(graph, op.input);
  switch (op.kind) {
    case 'conv_2d':
      return convolutionRanges(graph, op, x);
    case 'depthwise_conv_2d':
      return depthwiseRanges(graph, op, x);
    case 'max_pool_2d':
    case 'average_pool_2d':
      // Padded places do not count, and the mean of equal values is that value.
      return mapped(channels, (c) => [
        clamp(x.low[c], op.clampMin, op.clampMax),
        clamp(x.high[c], op.clampMin, op.clampMax),
      ]);
    case 'mean': {
      const [height, width] = graph.tensors[op.input].shape;
      const end = (value: number): number => requantized(graph, op.requantize, 0, (value - zero) * height * width);
      return mapped(channels, (c) => [end(x.low[c]), end(x.high[c])]);
    }
    case 'add': {
      if (op.constant !== undefined) return full(output);
      const scale = scaleOf(graph);
      const zeros = op.inputs.map((id) => zeroPointOf(graph, id));
      const [a, b] = op.inputMultipliers;
      const up = 2 ** op.leftShift;
      const end = (p: number, q: number): number =>
        requantized(
          graph,
          op.requantize,
          0,
          scale((p - zeros[0]) * up, a.multiplier, a.shift) + scale((q - zeros[1]) * up, b.multiplier, b.shift),
        );
      return mapped(channels, (c) => [end(x.low[c], y.low[c]), end(x.high[c], y.high[c])]);
    }
    case 'mul': {
      if (op.constant !== undefined || y.low.length !== channels) return full(output);
      const zeros = op.inputs.map((id) => zeroPointOf(graph, id));
      return mapped(channels, (c) => {
        const products = [x.low[c], x.high[c]].flatMap((p) =>
          [y.low[c], y.high[c]].map((q) => requantized(graph, op.requantize, 0, (p - zeros[0]) * (q - zeros[1]))),
        );
        return [Math.min(...products), Math.max(...products)];
      });
    }
    case 'concatenation': {
      if (op.axis !== graph.tensors[op.output].shape.length - 1) {
        return mapped(channels, (c) => [
          Math.min(...inputs.map((r) => r.low[c])),
          Math.max(...inputs.map((r) => r.high[c])),
        ]);
      }
      const low = inputs.flatMap((r) => [...r.low]);
      const high = inputs.flatMap((r) => [...r.high]);
      return { low: Int16Array.from(low), high: Int16Array.from(high) };
    }
    case 'pad': {
      const last = op.before.length - 1;
      const framed = [...op.before, ...op.after].some((n, k) => n > 0 && k % (last + 1) !== last);
      const source = x.low.length;
      return mapped(channels, (c) => {
        const i = c - op.before[last];
        if (i < 0 || i >= source) return [zero, zero];
        return framed ? [Math.min(x.low[i], zero), Math.max(x.high[i], zero)] : [x.low[i], x.high[i]];
      });
    }
    case 'rescale':
      return mapped(channels, (c) => [
        requantized(graph, op.requantize, 0, x.low[c] - zero),
        requantized(graph, op.requantize, 0, x.high[c] - zero),
      ]);
    case 'reshape':
      return reshapedRanges(x, channels, elementCount(graph.tensors[op.output].shape));
    case 'resize_bilinear':
      // A weighted mean.
      return x;
    case 'maximum':
    case 'minimum': {
      const of = op.kind === 'maximum' ? Math.max : Math.min;
      return mapped(channels, (c) => [of(x.low[c], y.low[c]), of(x.high[c], y.high[c])]);
    }
    case 'sub':
    case 'squared_difference':
    case 'batch_matmul':
    case 'l2_normalization':
    case 'lstm':
    case 'arg_max':
    case 'prelu':
    case 'strided_copy':
    case 'softmax':
    case 'logistic':
    case 'tanh':
      return full(output);
  }
}

/** Element i has channel i mod the length of the last axis, before and after. */
function reshapedRanges(x: ChannelRanges, channels: number, elements: number): ChannelRanges {
  const made = { low: new Int16Array(channels).fill(32767), high: new Int16Array(channels).fill(-32768) };
  const source = x.low.length;
  for (let i = 0; i < elements; i++) {
    const c = i % channels;
    made.low[c] = Math.min(made.low[c], x.low[i % source]);
    made.high[c] = Math.max(made.high[c], x.high[i % source]);
  }
  return made;
}

function requantized(graph: QuantizedGraph, to: Requantize, channel: number, sum: number): number {
  const q = to.zeroPoint + scaleOf(graph, to)(sum, to.multiplier[channel], to.shift[channel]);
  return clamp(q, to.clampMin, to.clampMax);
}

/** The ends of w * (x - zeroPoint) for x in [low, high], added to `ends`. */
function addProduct(ends: [number, number], w: number, low: number, high: number): void {
  ends[0] += w * (w > 0 ? low : high);
  ends[1] += w * (w > 0 ? high : low);
}

/** Ends of x - zeroPoint by channel; a padded window also sees the zero point itself. */
function centred(x: ChannelRanges, zeroPoint: number, padded: boolean): { low: Int16Array; high: Int16Array } {
  return {
    low: Int16Array.from(x.low, (v) => (padded ? Math.min(v - zeroPoint, 0) : v - zeroPoint)),
    high: Int16Array.from(x.high, (v) => (padded ? Math.max(v - zeroPoint, 0) : v - zeroPoint)),
  };
}

function denseRanges(graph: QuantizedGraph, op: FullyConnectedOp, x: ChannelRanges): ChannelRanges {
  return rowRanges(graph, op, op.requantize!, centred(x, zeroPointOf(graph, op.input), false));
}

function convolutionRanges(graph: QuantizedGraph, op: Conv2dOp, x: ChannelRanges): ChannelRanges {
  return rowRanges(graph, op, op.requantize, centred(x, zeroPointOf(graph, op.input), isPadded(op)));
}

/** Weights of one output are one stretch, whose input channels go round and round. */
function rowRanges(
  graph: QuantizedGraph,
  op: FullyConnectedOp | Conv2dOp,
  requantize: Requantize,
  x: { readonly low: Int16Array; readonly high: Int16Array },
): ChannelRanges {
  const { data, shape } = graph.tensors[op.weights];
  const weights = data as Int8Array;
  const bias = op.bias === null ? null : graph.tensors[op.bias].data!;
  const outputs = shape[0];
  const each = weights.length / outputs;
  return mapped(outputs, (o) => {
    const ends: [number, number] = [bias?.[o] ?? 0, bias?.[o] ?? 0];
    for (let k = 0; k < each; k++) {
      const c = k % x.low.length;
      addProduct(ends, weights[o * each + k], x.low[c], x.high[c]);
    }
    return [requantized(graph, requantize, o, ends[0]), requantized(graph, requantize, o, ends[1])];
  });
}

function depthwiseRanges(graph: QuantizedGraph, op: DepthwiseConv2dOp, ranges: ChannelRanges): ChannelRanges {
  const { data, shape } = graph.tensors[op.weights];
  const weights = data as Int8Array;
  const bias = op.bias === null ? null : graph.tensors[op.bias].data!;
  const outputs = shape[2];
  const x = centred(ranges, zeroPointOf(graph, op.input), isPadded(op));
  const copies = outputs / x.low.length;
  return mapped(outputs, (o) => {
    const c = Math.floor(o / copies);
    const ends: [number, number] = [bias?.[o] ?? 0, bias?.[o] ?? 0];
    for (let k = o; k < weights.length; k += outputs) addProduct(ends, weights[k], x.low[c], x.high[c]);
    return [requantized(graph, op.requantize, o, ends[0]), requantized(graph, op.requantize, o, ends[1])];
  });
}
