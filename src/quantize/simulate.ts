import { opInputs, type FloatGraph, type QuantizedGraph } from '../ir/graph.js';
import { floatStep, type OpStep } from '../ir/interpret.js';
import { roundHalfAway } from '../ir/quantize-input.js';
import { elementCount, limitsOf } from '../ir/tensor.js';
import { withInt16Weights, withInt4Weights, withIntegerWeights } from './dequantize.js';

/** What a simulation keeps finer than the integer network, or coarser. */
export interface Finer {
  /** Ops, by their place, whose weights are int4; absent: none. */
  readonly int4?: ReadonlySet<number>;
  /** Ops, by their place, whose weights are int16: symmetric, over the range of the int8 ones. */
  readonly weights: ReadonlySet<number>;
  /** Tensors that are int16: symmetric, over the larger end of the int8 range. */
  readonly activations: ReadonlySet<number>;
}

/**
 * The integer network as float32 arithmetic on rounded numbers: what mixed precision would give, without an integer op for it.
 * It leaves out the rounding of multipliers and biases, so that it agrees with the integers in nearly every byte. `float` is
 * the graph that `int8` was made from.
 */
export class Simulator {
  private readonly fine: readonly OpStep<Float32Array>[];
  private readonly coarse: readonly OpStep<Float32Array>[];
  private readonly rounded: readonly OpStep<Float32Array>[];
  /** Of the sample, with everything int8. */
  private readonly base: Map<number, Float32Array>;
  private readonly own: Map<number, Float32Array>;

  constructor(
    private readonly float: FloatGraph,
    private readonly int8: QuantizedGraph,
  ) {
    const asIntegers = withIntegerWeights(float, int8);
    const asInt16 = withInt16Weights(float, int8);
    const asInt4 = withInt4Weights(float, int8);
    this.fine = float.ops.map((op) => floatStep(asInt16, op));
    this.coarse = float.ops.map((op) => floatStep(asInt4, op));
    this.rounded = float.ops.map((op) => floatStep(asIntegers, op));
    const buffers = (): Map<number, Float32Array> =>
      new Map(
        [float.input, ...float.ops.map((op) => op.output)].map((id) => [
          id,
          new Float32Array(elementCount(float.tensors[id].shape)),
        ]),
      );
    [this.base, this.own] = [buffers(), buffers()];
  }

  /** Takes a sample: the output of the int8 network, valid until the next call. */
  load(input: Float32Array): Float32Array {
    const { float, base } = this;
    base.get(float.input)!.set(input);
    this.round(float.input, base.get(float.input)!, false);
    float.ops.forEach((op, k) => {
      const output = base.get(op.output)!;
      this.rounded[k](
        opInputs(op).map((id) => base.get(id)!),
        output,
      );
      this.round(op.output, output, false);
    });
    return base.get(float.output)!;
  }

  /** The loaded sample again, with some numbers finer. Only what depends on them is computed. */
  run(input: Float32Array, finer: Finer): Float32Array {
    const { float, base, own } = this;
    const changed = new Set<number>();
    const read = (id: number): Float32Array => (changed.has(id) ? own : base).get(id)!;
    if (finer.activations.has(float.input)) {
      own.get(float.input)!.set(input);
      this.round(float.input, own.get(float.input)!, true);
      changed.add(float.input);
    }
    float.ops.forEach((op, k) => {
      const inputs = opInputs(op);
      const weights = finer.weights.has(k) ? this.fine : finer.int4?.has(k) ? this.coarse : this.rounded;
      const activations = finer.activations.has(op.output);
      if (weights === this.rounded && !activations && !inputs.some((id) => changed.has(id))) return;
      const output = own.get(op.output)!;
      weights[k](inputs.map(read), output);
      this.round(op.output, output, activations);
      changed.add(op.output);
    });
    return read(float.output);
  }

  private round(id: number, values: Float32Array, finer: boolean): void {
    const { quant, dtype } = this.int8.tensors[id];
    const { scale, zeroPoint } = quant!;
    const { lowest, highest } = limitsOf({ dtype });
    const [low, high] = [lowest - zeroPoint[0], highest - zeroPoint[0]];
    const [step, least, most] =
      finer && dtype === 'int8' ? [(scale[0] * Math.max(-low, high)) / 32767, -32768, 32767] : [scale[0], low, high];
    for (let i = 0; i < values.length; i++) {
      values[i] = step * Math.max(least, Math.min(most, roundHalfAway(values[i] / step)));
    }
  }
}
