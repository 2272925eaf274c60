import { isIntegerOp, opInputs, type FullyConnectedOp, type QuantizedGraph, type QuantizedOp } from '../../ir/graph.js';
import type { Conv2dOp, IntegerOp } from '../../ir/integer-ops.js';
import { zeroPointOf } from '../../ir/ops/int8/numbers.js';
import { elementCount } from '../../ir/tensor.js';
import { channelsOf, constantValue, isPadded, type ChannelRanges, type ValueRanges } from './value-ranges.js';

/** By tensor id: 1 for each channel (index along the last axis) that has to be computed. */
export type NeededChannels = ReadonlyMap<number, Uint8Array>;

/** Can the weights of a constant input channel move into the bias? Padding has to look like that constant. */
export function foldsIntoBias(
  graph: QuantizedGraph,
  op: FullyConnectedOp | Conv2dOp,
  ranges: ValueRanges,
  channel: number,
): boolean {
  const value = constantValue(ranges.get(op.input)!, channel);
  if (value === null) return false;
  // A bias is int32, and would have to hold up to 2^22 for each weight.
  if (value !== 0 && graph.tensors[op.input].dtype === 'int16') return false;
  return op.kind === 'fully_connected' || !isPadded(op) || value === zeroPointOf(graph, op.input);
}

/**
 * Channels that somebody needs: the least set that holds the input, the output and what ops of `untouched` read and
 * write, and that the ops between carry on. Convolutions and dense layers need an input channel only where a needed
 * output has weights on it and it is no constant; every other op needs exactly the channels that it gives. No tensor
 * loses all of them, and what stays is rounded up to a multiple of `unit` where there were as many.
 */
export function neededChannels(
  graph: QuantizedGraph,
  ranges: ValueRanges,
  untouched: ReadonlySet<string> = new Set(),
  unit = CHANNEL_UNIT,
): NeededChannels {
  const needed = new Map<number, Uint8Array>();
  for (const id of [graph.input, ...graph.ops.map((op) => op.output)]) {
    needed.set(id, new Uint8Array(channelsOf(graph, id)));
  }
  const use = new Use(needed);
  for (const id of [graph.input, graph.output]) use.all(id);
  const backwards = [...graph.ops].reverse();
  do {
    use.changed = false;
    for (const op of backwards) {
      if (untouched.has(op.name)) for (const id of [...opInputs(op), op.output]) use.all(id);
      else carryOn(graph, op, ranges, use);
    }
    // One tensor at a time, for a channel more here is mostly a channel more next door.
    for (const [id, channels] of needed) if (!use.changed) roundUp(use, id, channels, ranges.get(id)!, unit);
  } while (use.changed);
  return needed;
}

/** Kernels take this many channels at a time; a remainder of one costs more than three channels that are zero. */
const CHANNEL_UNIT = 4;

/** Keeps a few channels more: constants first, whose weights are mostly zero. */
function roundUp(use: Use, tensor: number, channels: Uint8Array, ranges: ChannelRanges, unit: number): void {
  const count = channels.reduce((n, c) => n + c, 0);
  let missing = Math.min(channels.length, Math.ceil(Math.max(count, 1) / unit) * unit) - count;
  for (const constant of [true, false]) {
    for (let c = 0; c < channels.length && missing > 0; c++) {
      if (channels[c] === 1 || (constantValue(ranges, c) !== null) !== constant) continue;
      use.mark(tensor, c);
      missing--;
    }
  }
}

class Use {
  changed = false;

  constructor(private readonly needed: ReadonlyMap<number, Uint8Array>) {}

  has(tensor: number, channel: number): boolean {
    return this.needed.get(tensor)![channel] === 1;
  }

  mark(tensor: number, channel: number): void {
    const channels = this.needed.get(tensor)!;
    if (channels[channel] === 1) return;
    channels[channel] = 1;
    this.changed = true;
  }

  all(tensor: number): void {
    this.needed.get(tensor)!.forEach((_, c) => this.mark(tensor, c));
  }

  /** All of these channels or none. */
  together(places: readonly (readonly [tensor: number, channel: number])[]): void {
    if (places.some(([tensor, channel]) => this.has(tensor, channel))) {
      for (const [tensor, channel] of places) this.mark(tensor, channel);
    }
  }
}

function carryOn(graph: QuantizedGraph, op: QuantizedOp, ranges: ValueRanges, use: Use): void {
  if (op.kind === 'fully_connected' || op.kind === 'conv_2d') {
    weighedInputs(graph, op, ranges, use);
    return;
  }
  const channels = channelsOf(graph, op.output);
  if (mixesChannels(graph, op)) {
    for (const id of [...opInputs(op), op.output]) use.all(id);
  } else if (op.kind === 'depthwise_conv_2d') {
    const inputs = channelsOf(graph, op.input);
    const copies = channels / inputs;
    for (let c = 0; c < inputs; c++) {
      use.together([
        [op.input, c],
        ...Array.from({ length: copies }, (_, j): [number, number] => [op.output, c * copies + j]),
      ]);
    }
  } else if (op.kind === 'reshape') {
    const elements = elementCount(graph.tensors[op.output].shape);
    const inputs = channelsOf(graph, op.input);
    for (let i = 0; i < elements; i++) {
      use.together([
        [op.input, i % inputs],
        [op.output, i % channels],
      ]);
    }
  } else if (isIntegerOp(op) && joinsChannels(graph, op)) {
    let first = op.kind === 'pad' ? op.before[op.before.length - 1] : 0;
    for (const id of op.inputs) {
      const count = channelsOf(graph, id);
      for (let c = 0; c < count; c++) {
        use.together([
          [id, c],
          [op.output, first + c],
        ]);
      }
      first += count;
    }
  } else {
    for (let c = 0; c < channels; c++) {
      use.together([op.output, ...opInputs(op)].map((id): [number, number] => [id, c]));
    }
  }
}

const MIXING: readonly QuantizedOp['kind'][] = [
  'softmax',
  'strided_copy',
  'prelu',
  'batch_matmul',
  'l2_normalization',
  'lstm',
  'arg_max',
];

/** Does it need all channels, or have constants for each of them? */
function mixesChannels(graph: QuantizedGraph, op: QuantizedOp): boolean {
  if (MIXING.includes(op.kind)) return true;
  if ('constant' in op && op.constant !== undefined) return true;
  return (
    (op.kind === 'mul' || op.kind === 'squared_difference') &&
    op.inputs.some((id) => channelsOf(graph, id) !== channelsOf(graph, op.output))
  );
}

/** Does it place channels of its inputs at other numbers? */
function joinsChannels(graph: QuantizedGraph, op: IntegerOp): boolean {
  if (op.kind === 'pad') return true;
  return op.kind === 'concatenation' && op.axis === graph.tensors[op.output].shape.length - 1;
}

function weighedInputs(graph: QuantizedGraph, op: FullyConnectedOp | Conv2dOp, ranges: ValueRanges, use: Use): void {
  const { data, shape } = graph.tensors[op.weights];
  const weights = data as Int8Array;
  const inputs = channelsOf(graph, op.input);
  const each = weights.length / shape[0];
  for (let c = 0; c < inputs; c++) {
    if (use.has(op.input, c) || foldsIntoBias(graph, op, ranges, c)) continue;
    const weighed = (o: number): boolean => {
      for (let k = c; k < each; k += inputs) if (weights[o * each + k] !== 0) return true;
      return false;
    };
    for (let o = 0; o < shape[0]; o++) {
      if (use.has(op.output, o) && weighed(o)) {
        use.mark(op.input, c);
        break;
      }
    }
  }
}
