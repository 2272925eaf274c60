import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import { addMultipliers, sumLeftShift } from '../../src/ir/ops/int8/add.js';
import type { QuantParams, Requantize } from '../../src/ir/quant-params.js';
import { quantizeMultiplierFor } from '../../src/ir/requantize.js';
import { elementCount, type Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { Rng } from '../../src/util/rng.js';

const QUANT: QuantParams = { scale: [0.0625], zeroPoint: [3], axis: null };
const CLAMP = { zeroPoint: 3, clampMin: -128, clampMax: 127 };
const WINDOW = { dilation: [1, 1], pad: { top: 0, left: 0, bottom: 0, right: 0 } } as const;

/** Integer networks with branches, op by op in the order of the calls; all activations in one quantization. */
export class Branching {
  private readonly tensors: Tensor[] = [];
  private readonly ops: QuantizedOp[] = [];
  private readonly rng = new Rng(9);
  readonly input: number;

  constructor(shape: readonly number[]) {
    this.input = this.tensor(shape);
  }

  /** The network that ends in `output`. */
  graph(output: number): QuantizedGraph {
    this.tensors[this.input] = { ...this.tensors[this.input], role: 'input' };
    this.tensors[output] = { ...this.tensors[output], role: 'output' };
    return validateGraph({
      schemaVersion: 1,
      stage: 'quantized',
      name: 'net',
      classNames: [],
      tensors: this.tensors,
      ops: this.ops,
      input: this.input,
      output,
      task: { kind: 'values' },
      provenance: { toolVersion: '', seed: null, inputs: {} },
    });
  }

  /** A convolution of any odd square kernel that keeps rows and columns. */
  conv(from: number, channels: number, kernel = 1): number {
    const [height, width, inputs] = this.shape(from);
    const shape = [channels, kernel, kernel, inputs];
    const scale = 2 ** -7;
    const weights = this.constant(
      shape,
      Int8Array.from({ length: elementCount(shape) }, () => this.rng.below(255) - 127),
      { scale: Array.from({ length: channels }, () => scale), zeroPoint: new Array<number>(channels).fill(0), axis: 0 },
    );
    const around = (kernel - 1) / 2;
    const pad = { top: around, left: around, bottom: around, right: around };
    return this.op(
      { kind: 'conv_2d', weights, bias: null, activation: 'none', requantize: this.requantize(scale / 4, channels) },
      [from],
      [height, width, channels],
      { window: { kernel: [kernel, kernel], strides: [1, 1], dilation: [1, 1], pad } },
    );
  }

  /** The largest of `size` x `size` places. */
  pool(from: number, size: number): number {
    const [height, width, channels] = this.shape(from);
    return this.op(
      { kind: 'max_pool_2d', clampMin: -128, clampMax: 127 },
      [from],
      [height / size, width / size, channels],
      {
        window: { ...WINDOW, kernel: [size, size], strides: [size, size] },
      },
    );
  }

  add(a: number, b: number): number {
    const leftShift = sumLeftShift('int8');
    const { inputs, output } = addMultipliers([0.0625, 0.0625], 0.0625, 'tflite');
    const requantize = { multiplier: [output.multiplier], shift: [output.shift], ...CLAMP };
    return this.op({ kind: 'add', inputMultipliers: inputs, leftShift, requantize }, [a, b], this.shape(a));
  }

  /** The product with a constant of this scale, in the quantization of the input. */
  mul(from: number, scale: number, constant: number): number {
    const { multiplier, shift } = quantizeMultiplierFor('tflite', scale);
    const requantize = { multiplier: [multiplier], shift: [shift], ...CLAMP };
    return this.op({ kind: 'mul', constant, requantize }, [from], this.shape(from));
  }

  /** A 1x1 convolution whose weights are zero, and whose channels stand at values of their own. */
  still(from: number, channels: number): number {
    const output = this.conv(from, channels);
    const op = this.ops[this.ops.length - 1];
    if (!('weights' in op)) throw new RangeError('conv is no layer of weights');
    const { id, shape, quant } = this.tensors[op.weights];
    this.tensors[id] = { ...this.tensors[id], data: new Int8Array(elementCount(shape)) };
    const bias = this.tensors.length;
    const scale = quant!.scale.map((s) => Math.fround(0.0625 * s));
    const data = Int32Array.from({ length: channels }, (_, c) => 3000 * (c - 1));
    const biasQuant = { scale, zeroPoint: scale.map(() => 0), axis: 0 };
    this.tensors.push({
      id: bias,
      name: `t${bias}`,
      shape: [channels],
      dtype: 'int32',
      role: 'bias',
      quant: biasQuant,
      data,
    });
    this.ops[this.ops.length - 1] = { ...op, bias };
    return output;
  }

  concat(from: readonly number[], axis: number): number {
    const shape = [...this.shape(from[0])];
    shape[axis] = from.reduce((n, id) => n + this.shape(id)[axis], 0);
    return this.op({ kind: 'concatenation', axis }, from, shape);
  }

  /** Rows, columns and channels in another number. */
  reshape(from: number, shape: readonly number[]): number {
    return this.op({ kind: 'reshape' }, [from], shape);
  }

  shape(id: number): readonly number[] {
    return this.tensors[id].shape;
  }

  /** Any op over images of this quantization. */
  op(fields: Record<string, unknown>, inputs: readonly number[], shape: readonly number[], more = {}): number {
    const output = this.tensor(shape);
    const name = `${String(fields['kind'])}_${this.ops.length}`;
    this.ops.push({ ...fields, ...more, name, input: inputs[0], inputs, output } as unknown as QuantizedOp);
    return output;
  }

  private requantize(factor: number, channels: number): Requantize {
    const { multiplier, shift } = quantizeMultiplierFor('tflite', factor);
    const each = (n: number): number[] => new Array<number>(channels).fill(n);
    return { multiplier: each(multiplier), shift: each(shift), ...CLAMP };
  }

  private tensor(shape: readonly number[]): number {
    const id = this.tensors.length;
    this.tensors.push({ id, name: `t${id}`, shape, dtype: 'int8', role: 'activation', quant: QUANT, data: null });
    return id;
  }

  constant(shape: readonly number[], data: Int8Array, quant: QuantParams, role: Tensor['role'] = 'weight'): number {
    const id = this.tensors.length;
    this.tensors.push({ id, name: `t${id}`, shape, dtype: 'int8', role, quant, data });
    return id;
  }
}
