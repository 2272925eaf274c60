import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import type { Window } from '../../src/ir/integer-ops.js';
import { addMultipliers, sumLeftShift } from '../../src/ir/ops/int8/add.js';
import { meanMultiplier } from '../../src/ir/ops/int8/mean.js';
import { SOFTMAX_OUTPUT, softmaxNumbers } from '../../src/ir/ops/int8/softmax.js';
import type { QuantParams, Requantize } from '../../src/ir/quant-params.js';
import { quantizeMultiplierFor, requantizeFactor, type Rounding } from '../../src/ir/requantize.js';
import { elementCount, type Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { Rng } from '../../src/util/rng.js';

/** What makes a layer with weights leave the bounds of a kernel that packs its weights tightly. */
export interface Numbers {
  /** Some weights are -128. */
  readonly lowest?: boolean;
  /** Largest |weight|, 127 by default: how large the sums may get. */
  readonly reach?: number;
  /** Added to every requantization's power of two: above 0 the factors pass one half, and outputs saturate. */
  readonly shiftBy?: number;
}

type Shape = readonly number[];
type NewOp = QuantizedOp extends infer O
  ? O extends QuantizedOp
    ? Omit<O, 'name' | 'output' | 'input'>
    : never
  : never;

const RELU_FREE = { clampMin: -128, clampMax: 127 } as const;

/** Graphs of one op over random numbers: instructions of a layer alone. The same on every machine. */
export class OneOpGraph {
  private readonly rng = new Rng(11);
  private readonly tensors: Tensor[] = [];
  private readonly quant: QuantParams = { scale: [0.0625], zeroPoint: [-3], axis: null };

  constructor(
    private readonly rounding: Rounding,
    private readonly inputShape: Shape,
  ) {
    this.tensor('input', inputShape, 'input', this.quant);
  }

  private tensor(
    name: string,
    shape: Shape,
    role: Tensor['role'],
    quant: QuantParams | null,
    data?: Int8Array | Int32Array,
  ): number {
    const id = this.tensors.length;
    const dtype = data instanceof Int32Array ? 'int32' : 'int8';
    this.tensors.push({ id, name, shape, dtype, role, quant, data: data ?? null } as Tensor);
    return id;
  }

  private finish(op: NewOp, shape: Shape, quant: QuantParams = this.quant): QuantizedGraph {
    const output = this.tensor('output', shape, 'output', quant);
    return validateGraph({
      schemaVersion: 1,
      stage: 'quantized',
      name: 'layer',
      classNames: [],
      tensors: this.tensors,
      ops: [{ input: 0, ...op, name: op.kind, output } as QuantizedOp],
      input: 0,
      output,
      task: { kind: 'values' },
      ...(this.rounding === 'tflite' ? {} : { rounding: this.rounding }),
      provenance: { toolVersion: '', seed: null, inputs: {} },
    });
  }

  private requantize(factors: readonly number[], shiftBy = 0): Requantize {
    const fixed = factors.map((real) => quantizeMultiplierFor(this.rounding, real * 2 ** shiftBy));
    return {
      multiplier: fixed.map((f) => f.multiplier),
      shift: fixed.map((f) => f.shift),
      zeroPoint: this.quant.zeroPoint[0],
      ...RELU_FREE,
    };
  }

  /** Weights, bias and requantization; channels along `axis` of `shape`. */
  private constants(shape: Shape, axis: number, { lowest = false, reach = 127, shiftBy = 0 }: Numbers) {
    const channels = shape[axis];
    const fanIn = elementCount(shape) / channels;
    const scales = Array.from({ length: channels }, (_, c) =>
      Math.fround((1 + (c % 7) / 8) / (reach * Math.sqrt(fanIn))),
    );
    const quant = { scale: scales, zeroPoint: scales.map(() => 0), axis };
    const data = Int8Array.from({ length: elementCount(shape) }, () => this.rng.below(2 * reach + 1) - reach);
    if (lowest) data.forEach((_, k) => (data[k] = k % 13 === 5 ? -128 : data[k]));
    const weights = this.tensor('weights', shape, 'weight', quant, data);
    const biasQuant = { scale: scales.map((s) => Math.fround(0.0625 * s)), zeroPoint: quant.zeroPoint, axis: 0 };
    const values = Int32Array.from({ length: channels }, () => this.rng.below(2001) - 1000);
    const bias = this.tensor('bias', [channels], 'bias', biasQuant, values);
    const factors = scales.map((s) => requantizeFactor(0.0625, s, this.quant.scale[0]));
    return { weights, bias, requantize: this.requantize(factors, shiftBy) };
  }

  private window(kernel: Shape, stride: number, dilation: number, same: boolean): { window: Window; size: Shape } {
    const span = kernel.map((k) => (k - 1) * dilation + 1);
    const size = span.map((k, axis) => Math.ceil((this.inputShape[axis] - (same ? 0 : k - 1)) / stride));
    const total = span.map((k, axis) => Math.max(0, (size[axis] - 1) * stride + k - this.inputShape[axis]));
    const [top, left] = total.map((t) => t >> 1);
    const window: Window = {
      kernel: [kernel[0], kernel[1]],
      strides: [stride, stride],
      dilation: [dilation, dilation],
      pad: { top, left, bottom: total[0] - top, right: total[1] - left },
    };
    return { window, size };
  }

  convolution(
    kind: 'conv_2d' | 'depthwise_conv_2d',
    channels: number,
    kernel: Shape,
    {
      stride = 1,
      dilation = 1,
      same = true,
      ...numbers
    }: { stride?: number; dilation?: number; same?: boolean } & Numbers,
  ): QuantizedGraph {
    const { window, size } = this.window(kernel, stride, dilation, same);
    const depthwise = kind === 'depthwise_conv_2d';
    const shape = depthwise ? [...kernel, channels] : [channels, ...kernel, this.inputShape[2]];
    const constants = this.constants(shape, depthwise ? 2 : 0, numbers);
    return this.finish({ kind, inputs: [0], ...constants, window, activation: 'none' }, [...size, channels]);
  }

  dense(outputs: number, numbers: Numbers): QuantizedGraph {
    const constants = this.constants([outputs, this.inputShape[0]], 0, numbers);
    return this.finish({ kind: 'fully_connected', ...constants, activation: 'none' }, [outputs]);
  }

  pool(kind: 'max_pool_2d' | 'average_pool_2d', kernel: Shape, stride: number, same: boolean): QuantizedGraph {
    const { window, size } = this.window(kernel, stride, 1, same);
    return this.finish({ kind, inputs: [0], window, ...RELU_FREE }, [...size, this.inputShape[2]]);
  }

  mean(): QuantizedGraph {
    const [height, width, channels] = this.inputShape;
    const { multiplier, shift } = meanMultiplier(this.quant.scale[0], 0.03125, height * width, this.rounding);
    const requantize = { ...this.requantize([1]), multiplier: [multiplier], shift: [shift] };
    return this.finish({ kind: 'mean', inputs: [0], requantize }, [channels], { ...this.quant, scale: [0.03125] });
  }

  sum(kind: 'add' | 'sub'): QuantizedGraph {
    const to = { ...this.quant, scale: [0.125] };
    const m = addMultipliers([0.0625, 0.0625], 0.125, this.rounding);
    const requantize = { ...this.requantize([1]), multiplier: [m.output.multiplier], shift: [m.output.shift] };
    const both = { inputs: [0, 0], inputMultipliers: m.inputs, leftShift: sumLeftShift('int8'), requantize };
    return this.finish({ kind, ...both }, this.inputShape, to);
  }

  /** With itself, or with a constant that repeats along all axes but the last. */
  product(constant: boolean): QuantizedGraph {
    const requantize = this.requantize([0.04]);
    if (!constant) return this.finish({ kind: 'mul', inputs: [0, 0], requantize }, this.inputShape);
    const channels = this.inputShape[this.inputShape.length - 1];
    const data = Int8Array.from({ length: channels }, () => this.rng.below(255) - 127);
    const factors = this.tensor('factors', [channels], 'constant', this.quant, data);
    return this.finish({ kind: 'mul', inputs: [0], constant: factors, requantize }, this.inputShape);
  }

  concatenation(axis: number): QuantizedGraph {
    const shape = this.inputShape.map((n, k) => (k === axis ? 2 * n : n));
    return this.finish({ kind: 'concatenation', inputs: [0, 0], axis }, shape);
  }

  pad(by: number): QuantizedGraph {
    const frame = this.inputShape.map((_, k) => (k < 2 ? by : 0));
    const shape = this.inputShape.map((n, k) => n + 2 * frame[k]);
    return this.finish({ kind: 'pad', inputs: [0], before: frame, after: frame }, shape);
  }

  softmax(): QuantizedGraph {
    const numbers = softmaxNumbers(this.quant.scale[0], 1);
    const to = { scale: [SOFTMAX_OUTPUT.scale], zeroPoint: [SOFTMAX_OUTPUT.zeroPoint], axis: null };
    return this.finish({ kind: 'softmax', inputs: [0], ...numbers }, this.inputShape, to);
  }

  lookup(): QuantizedGraph {
    const data = Int8Array.from({ length: 256 }, () => this.rng.below(256) - 128);
    const table = this.tensor('table', [256], 'table', null, data);
    return this.finish({ kind: 'lookup', table, activation: 'rescale' }, this.inputShape);
  }

  /** [height][width][channels] to [width][height][channels]. */
  transpose(): QuantizedGraph {
    const [height, width, channels] = this.inputShape;
    const strides = [channels, width * channels, 1];
    return this.finish({ kind: 'strided_copy', inputs: [0], offset: 0, strides }, [width, height, channels]);
  }
}
