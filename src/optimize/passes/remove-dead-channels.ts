import { isIntegerOp, type FullyConnectedOp, type QuantizedGraph, type QuantizedOp } from '../../ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp } from '../../ir/integer-ops.js';
import { zeroPointOf } from '../../ir/ops/int8/numbers.js';
import type { QuantParams, Requantize } from '../../ir/quant-params.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';
import { neededChannels, type NeededChannels } from '../analysis/needed-channels.js';
import { constantValue, valueRanges, type ValueRanges } from '../analysis/value-ranges.js';
import { dropUnusedTensors } from '../graph-edit.js';

type Weighed = FullyConnectedOp | Conv2dOp | DepthwiseConv2dOp;

/**
 * Takes out channels that need not be computed: those that have one value for every input (all weights zero, or all sums
 * beyond the clamp) fold into the biases of the layers that read them; those that nobody weighs go without a trace.
 * Chains are followed through depthwise layers, pools, additions and so on, in both directions. Where a layer pads, a
 * constant folds only if it is the zero point, for only then is the frame like the rest. Outputs stay what they were, bit
 * for bit. `unit`: channels that stay are rounded up to its multiple.
 */
export function removeDeadChannels(
  graph: QuantizedGraph,
  untouched?: ReadonlySet<string>,
  unit?: number,
): QuantizedGraph {
  const ranges = valueRanges(graph);
  const needed = neededChannels(graph, ranges, untouched, unit);
  if ([...needed.values()].every((channels) => !channels.includes(0))) return graph;
  return dropUnusedTensors(new Removal(graph, ranges, needed).run());
}

class Removal {
  private readonly tensors: Tensor[];
  private readonly kept = new Map<number, readonly number[]>();

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly ranges: ValueRanges,
    needed: NeededChannels,
  ) {
    for (const [id, channels] of needed) {
      this.kept.set(
        id,
        [...channels.keys()].filter((c) => channels[c] === 1),
      );
    }
    this.tensors = graph.tensors.map((tensor) => this.withoutChannels(tensor));
  }

  run(): QuantizedGraph {
    return { ...this.graph, ops: this.graph.ops.map((op) => this.rewritten(op)), tensors: this.tensors };
  }

  private loses(tensor: number): boolean {
    return this.kept.get(tensor)!.length < this.channels(tensor);
  }

  private channels(tensor: number): number {
    const { shape } = this.graph.tensors[tensor];
    return shape[shape.length - 1];
  }

  private withoutChannels(tensor: Tensor): Tensor {
    const kept = this.kept.get(tensor.id);
    return kept === undefined ? tensor : { ...tensor, shape: [...tensor.shape.slice(0, -1), kept.length] };
  }

  private rewritten(op: QuantizedOp): QuantizedOp {
    if ('weights' in op) {
      return this.loses(op.input) || this.loses(op.output) ? this.weighed(op) : op;
    }
    if (isIntegerOp(op) && op.kind === 'pad' && this.loses(op.output)) {
      const last = op.before.length - 1;
      const end = op.before[last] + this.channels(op.input);
      const kept = this.kept.get(op.output)!;
      const at = (pads: readonly number[], count: number): number[] => [...pads.slice(0, last), count];
      return {
        ...op,
        before: at(op.before, kept.filter((c) => c < op.before[last]).length),
        after: at(op.after, kept.filter((c) => c >= end).length),
      };
    }
    return op;
  }

  private weighed<O extends Weighed>(op: O): O {
    const outputs = this.kept.get(op.output)!;
    const weights = this.graph.tensors[op.weights];
    const depthwise = op.kind === 'depthwise_conv_2d';
    const each = elementCount(weights.shape) / (depthwise ? weights.shape[2] : weights.shape[0]);
    const data = weights.data as Int8Array;
    const inputs = this.kept.get(op.input)!;
    const isKept = new Set(inputs);
    const count = this.channels(op.input);
    const places = [...Array(each).keys()].filter((k) => depthwise || isKept.has(k % count));
    const row = depthwise
      ? places.flatMap((k) => outputs.map((o) => data[k * weights.shape[2] + o]))
      : outputs.flatMap((o) => places.map((k) => data[o * each + k]));
    const shape = depthwise
      ? [...weights.shape.slice(0, 2), outputs.length]
      : op.kind === 'fully_connected'
        ? [outputs.length, places.length]
        : [outputs.length, ...weights.shape.slice(1, 3), inputs.length];
    const quant = ofChannels(weights.quant!, outputs);
    return {
      ...op,
      weights: this.add({ ...weights, shape, quant, data: Int8Array.from(row) }),
      bias: depthwise && op.bias === null ? null : this.bias(op, outputs, each, quant),
      requantize: requantizeOf(op.requantize!, outputs),
    };
  }

  /** The bias of the outputs that stay, with the constants of the inputs that go. */
  private bias(op: Weighed, outputs: readonly number[], each: number, weightQuant: QuantParams): number | null {
    const old = op.bias === null ? null : this.graph.tensors[op.bias];
    const values = Int32Array.from(outputs, (o) => (old?.data?.[o] ?? 0) + this.folded(op, o, each));
    if (old === null && values.every((v) => v === 0)) return null;
    const inputScale = this.graph.tensors[op.input].quant!.scale[0];
    const quant = {
      scale: weightQuant.scale.map((s) => Math.fround(inputScale * s)),
      zeroPoint: weightQuant.scale.map(() => 0),
      axis: weightQuant.axis === null ? null : 0,
    };
    return this.add({
      id: 0,
      name: old?.name ?? `${this.graph.tensors[op.weights].name}_bias`,
      shape: [outputs.length],
      dtype: 'int32',
      role: 'bias',
      quant,
      data: values,
    });
  }

  /** What the removed inputs always add to output `o`. */
  private folded(op: Weighed, o: number, each: number): number {
    if (op.kind === 'depthwise_conv_2d') return 0;
    const kept = new Set(this.kept.get(op.input)!);
    const count = this.channels(op.input);
    const weights = this.graph.tensors[op.weights].data as Int8Array;
    const zero = zeroPointOf(this.graph, op.input);
    const range = this.ranges.get(op.input)!;
    let sum = 0;
    for (let c = 0; c < count; c++) {
      const value = kept.has(c) ? null : constantValue(range, c);
      // A removed channel without a constant has no weights on any output that stays.
      if (value === null || value === zero) continue;
      for (let k = c; k < each; k += count) sum += weights[o * each + k] * (value - zero);
    }
    return sum;
  }

  private add(tensor: Tensor): number {
    const id = this.tensors.length;
    this.tensors.push({ ...tensor, id });
    return id;
  }
}

function ofChannels(quant: QuantParams, channels: readonly number[]): QuantParams {
  if (quant.axis === null) return quant;
  return {
    ...quant,
    scale: channels.map((c) => quant.scale[c]),
    zeroPoint: channels.map((c) => quant.zeroPoint[c]),
  };
}

function requantizeOf(requantize: Requantize, channels: readonly number[]): Requantize {
  return {
    ...requantize,
    multiplier: channels.map((c) => requantize.multiplier[c]),
    shift: channels.map((c) => requantize.shift[c]),
  };
}
