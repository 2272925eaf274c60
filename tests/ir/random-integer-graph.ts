import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import type { Window } from '../../src/ir/integer-ops.js';
import { addMultipliers, sumLeftShift } from '../../src/ir/ops/int8/add.js';
import { meanMultiplier } from '../../src/ir/ops/int8/mean.js';
import { softmaxNumbers } from '../../src/ir/ops/int8/softmax.js';
import type { QuantParams, Requantize } from '../../src/ir/quant-params.js';
import { quantizeMultiplierFor, requantizeFactor, type Rounding } from '../../src/ir/requantize.js';
import { elementCount, type Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import type { Rng } from '../../src/util/rng.js';

type Unfinished<O> = O extends QuantizedOp ? Omit<O, 'name' | 'output'> : never;
type NewOp = Unfinished<QuantizedOp>;

/** Kinds that {@link randomIntegerGraph} draws from. */
export const DRAWN = [
  'conv_2d',
  'pointwise',
  'depthwise_conv_2d',
  'max_pool_2d',
  'average_pool_2d',
  'add',
  'mul',
  'concatenation',
  'pad',
  'lookup',
  'relu',
] as const;
type Drawn = (typeof DRAWN)[number];

/**
 * A random network over all integer ops: an image, four to eight ops of drawn kinds with branches, and one of three ends
 * (flatten and dense, global mean, softmax). Small, odd sizes, strides, dilations, paddings, zero points at the ends of
 * the range. Same seed, same graph.
 */
export function randomIntegerGraph(rng: Rng, rounding: Rounding = 'tflite'): QuantizedGraph {
  return new Builder(rng, rounding).build();
}

class Builder {
  private readonly tensors: Tensor[] = [];
  private readonly ops: QuantizedOp[] = [];
  /** Ids of images that later ops may read again. */
  private readonly images: number[] = [];

  constructor(
    private readonly rng: Rng,
    private readonly rounding: Rounding,
  ) {}

  build(): QuantizedGraph {
    const { rng } = this;
    const input = this.runTime([this.between(3, 12), this.between(3, 12), this.between(1, 9)], this.affine(), 'input');
    this.images.push(input);
    let at = input;
    const count = this.between(4, 8);
    for (let k = 0; k < count; k++) {
      at = this.step(DRAWN[rng.below(DRAWN.length)], at);
      this.images.push(at);
    }
    const output = this.end(at);
    this.tensors[output] = { ...this.tensors[output], role: 'output' };
    return validateGraph({
      schemaVersion: 1,
      stage: 'quantized',
      name: 'net',
      classNames: [],
      tensors: this.tensors,
      ops: this.ops,
      input,
      output,
      task: { kind: 'values' },
      ...(this.rounding === 'tflite' ? {} : { rounding: this.rounding }),
      provenance: { toolVersion: '', seed: null, inputs: {} },
    });
  }

  private between(low: number, high: number): number {
    return low + this.rng.below(high - low + 1);
  }

  private affine(): QuantParams {
    const zero = [-128, 127, 0, this.between(-128, 127), this.between(-128, 127)][this.rng.below(5)];
    return { scale: [Math.fround(2 ** (this.between(-700, -300) / 100))], zeroPoint: [zero], axis: null };
  }

  private runTime(shape: readonly number[], quant: QuantParams, role: Tensor['role'] = 'activation'): number {
    const id = this.tensors.length;
    this.tensors.push({ id, name: `t${id}`, shape, dtype: 'int8', role, quant, data: null });
    return id;
  }

  private add(op: NewOp, shape: readonly number[], quant: QuantParams): number {
    const output = this.runTime(shape, quant);
    this.ops.push({ ...op, name: `${op.kind}_${this.ops.length}`, output } as QuantizedOp);
    return output;
  }

  private scale(id: number): number {
    return this.tensors[id].quant!.scale[0];
  }

  private shape(id: number): readonly number[] {
    return this.tensors[id].shape;
  }

  private window(id: number, dilates: boolean): Window | null {
    const [height, width] = this.shape(id);
    const kernel = [this.between(1, Math.min(4, height)), this.between(1, Math.min(4, width))] as const;
    const strides = [this.between(1, 2), this.between(1, 2)] as const;
    const dilation = dilates && this.rng.below(4) === 0 ? ([2, this.between(1, 2)] as const) : ([1, 1] as const);
    const same = this.rng.below(2) === 0;
    const total = (size: number, k: 0 | 1): number =>
      same
        ? Math.max(0, (Math.ceil(size / strides[k]) - 1) * strides[k] + (kernel[k] - 1) * dilation[k] + 1 - size)
        : 0;
    const [rows, columns] = [total(height, 0), total(width, 1)];
    const [top, left] = [rows >> 1, columns >> 1];
    const fits = (size: number, pad: number, k: 0 | 1): boolean => size + pad >= (kernel[k] - 1) * dilation[k] + 1;
    if (!fits(height, rows, 0) || !fits(width, columns, 1)) return null;
    return { kernel, strides, dilation, pad: { top, left, bottom: rows - top, right: columns - left } };
  }

  private slide([height, width]: readonly number[], { kernel, strides, dilation, pad }: Window): readonly number[] {
    const places = (size: number, before: number, after: number, k: 0 | 1): number =>
      Math.floor((size + before + after - (kernel[k] - 1) * dilation[k] - 1) / strides[k]) + 1;
    return [places(height, pad.top, pad.bottom, 0), places(width, pad.left, pad.right, 1)];
  }

  /** Weights, bias and requantization for `channels` outputs; axis of the channels in `shape`. */
  private constants(
    input: number,
    shape: readonly number[],
    axis: number,
    to: QuantParams,
  ): { weights: number; bias: number | null; requantize: Requantize } {
    const { rng } = this;
    const channels = shape[axis];
    const fanIn = elementCount(shape) / channels;
    const scales = Array.from({ length: channels }, () =>
      // so that outputs fill the range
      Math.fround(((to.scale[0] / this.scale(input)) * 2 ** (this.between(-100, 100) / 100)) / (60 * Math.sqrt(fanIn))),
    );
    const quant = { scale: scales, zeroPoint: scales.map(() => 0), axis };
    const weights = this.tensors.length;
    const data = Int8Array.from({ length: elementCount(shape) }, () => rng.below(255) - 127);
    if (rng.below(3) === 0) {
      // A dead channel, as converters leave them.
      const dead = rng.below(channels);
      const last = axis === shape.length - 1;
      data.forEach((_, k) => {
        if ((last ? k % channels : Math.floor(k / fanIn)) === dead) data[k] = 0;
      });
    }
    this.tensors.push({ id: weights, name: `w${weights}`, shape, dtype: 'int8', role: 'weight', quant, data });
    const bias = rng.below(4) === 0 ? null : this.tensors.length;
    if (bias !== null) {
      this.tensors.push({
        id: bias,
        name: `b${bias}`,
        shape: [channels],
        dtype: 'int32',
        role: 'bias',
        quant: {
          scale: scales.map((s) => Math.fround(this.scale(input) * s)),
          zeroPoint: scales.map(() => 0),
          axis: 0,
        },
        data: Int32Array.from({ length: channels }, () => this.between(-3000, 3000)),
      });
    }
    const factors = scales.map((s) => requantizeFactor(this.scale(input), s, to.scale[0]));
    return { weights, bias, requantize: this.requantize(factors, to) };
  }

  private requantize(factors: readonly number[], to: QuantParams): Requantize {
    const fixed = factors.map((real) => quantizeMultiplierFor(this.rounding, real));
    const relu = this.rng.below(2) === 0;
    return {
      multiplier: fixed.map((f) => f.multiplier),
      shift: fixed.map((f) => f.shift),
      zeroPoint: to.zeroPoint[0],
      clampMin: relu ? to.zeroPoint[0] : -128,
      clampMax: 127,
    };
  }

  private step(kind: Drawn, at: number): number {
    const { rng } = this;
    const shape = this.shape(at);
    const channels = shape[2];
    const quant = this.tensors[at].quant!;
    const one = { input: at, inputs: [at] };
    switch (kind) {
      case 'conv_2d':
      case 'pointwise': {
        const plain = {
          kernel: [1, 1],
          strides: [1, 1],
          dilation: [1, 1],
          pad: { top: 0, left: 0, bottom: 0, right: 0 },
        } as const;
        const window = kind === 'pointwise' ? plain : this.window(at, true);
        if (window === null) return at;
        const to = this.affine();
        const out = this.between(1, 10);
        const constants = this.constants(at, [out, ...window.kernel, channels], 0, to);
        const size = [...this.slide(shape, window), out];
        return this.add({ kind: 'conv_2d', ...one, ...constants, window, activation: 'none' }, size, to);
      }
      case 'depthwise_conv_2d': {
        const window = this.window(at, true);
        if (window === null) return at;
        const to = this.affine();
        const out = channels * this.between(1, channels > 6 ? 1 : 2);
        const constants = this.constants(at, [...window.kernel, out], 2, to);
        const size = [...this.slide(shape, window), out];
        return this.add({ kind: 'depthwise_conv_2d', ...one, ...constants, window, activation: 'none' }, size, to);
      }
      case 'max_pool_2d':
      case 'average_pool_2d': {
        const window = this.window(at, false);
        if (window === null) return at;
        const clampMin = rng.below(2) === 0 ? quant.zeroPoint[0] : -128;
        return this.add(
          { kind, ...one, window, clampMin, clampMax: 127 },
          [...this.slide(shape, window), channels],
          quant,
        );
      }
      case 'add':
      case 'mul': {
        const partners = this.images.filter((id) => String(this.shape(id)) === String(shape));
        const other = partners[rng.below(partners.length)];
        const to = this.affine();
        const pair = { input: at, inputs: [at, other] };
        const scales = [this.scale(at), this.scale(other)] as const;
        if (kind === 'mul') {
          return this.add(
            { kind, ...pair, requantize: this.requantize([requantizeFactor(...scales, to.scale[0])], to) },
            shape,
            to,
          );
        }
        // The sum's factor has to stay below one, as it does for any sensible range.
        const wide = { ...to, scale: [Math.fround(Math.max(to.scale[0], scales[0] / 4, scales[1] / 4))] };
        const m = addMultipliers(scales, wide.scale[0], this.rounding);
        const requantize = {
          ...this.requantize([1], wide),
          multiplier: [m.output.multiplier],
          shift: [m.output.shift],
        };
        return this.add(
          { kind, ...pair, inputMultipliers: m.inputs, leftShift: sumLeftShift('int8'), requantize },
          shape,
          wide,
        );
      }
      case 'concatenation': {
        const axis = rng.below(3);
        const sum = shape.map((d, k) => (k === axis ? 2 * d : d));
        return elementCount(sum) > 2000 ? at : this.add({ kind, input: at, inputs: [at, at], axis }, sum, quant);
      }
      case 'pad': {
        const before = shape.map(() => rng.below(2));
        const after = shape.map(() => rng.below(2));
        return this.add(
          { kind, ...one, before, after },
          shape.map((d, k) => before[k] + d + after[k]),
          quant,
        );
      }
      case 'lookup':
      case 'relu': {
        const table = this.tensors.length;
        const data = Int8Array.from({ length: 256 }, () => rng.below(256) - 128);
        this.tensors.push({
          id: table,
          name: `l${table}`,
          shape: [256],
          dtype: 'int8',
          role: 'table',
          quant: null,
          data,
        });
        return this.add({ kind: 'lookup', input: at, table, activation: 'rescale' }, shape, this.affine());
      }
    }
  }

  private end(at: number): number {
    const shape = this.shape(at);
    const quant = this.tensors[at].quant!;
    const which = this.rng.below(3);
    if (which === 0) {
      const [height, width, channels] = shape;
      const to = this.affine();
      const { multiplier, shift } = meanMultiplier(this.scale(at), to.scale[0], height * width, this.rounding);
      const requantize = {
        multiplier: [multiplier],
        shift: [shift],
        zeroPoint: to.zeroPoint[0],
        clampMin: -128,
        clampMax: 127,
      };
      return this.add({ kind: 'mean', input: at, inputs: [at], requantize }, [channels], to);
    }
    const size = elementCount(shape);
    const flat = this.add({ kind: 'reshape', input: at, inputs: [at] }, [size], quant);
    const to = { scale: [0.125], zeroPoint: [this.between(-20, 20)], axis: null };
    const out = this.between(2, 12);
    const constants = this.constants(flat, [out, size], 0, to);
    const logits = this.add({ kind: 'fully_connected', input: flat, ...constants, activation: 'none' }, [out], to);
    if (which === 1) return logits;
    const numbers = softmaxNumbers(0.125, 1);
    const probabilities = { scale: [1 / 256], zeroPoint: [-128], axis: null };
    return this.add({ kind: 'softmax', input: logits, inputs: [logits], ...numbers }, [out], probabilities);
  }
}
