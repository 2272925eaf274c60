import type { OptionsType } from '../../src/import/tflite/schema.js';
import type { NewModel, NewOperator, NewOption, NewTensor } from '../../src/import/tflite/write-model.js';
import { packInt4 } from '../../src/ir/int4.js';
import { elementCount } from '../../src/ir/tensor.js';
import type { Rng } from '../../src/util/rng.js';

export const int8 = (id: number, value: number): NewOption => ({ id, kind: 'int8', value });
export const int32 = (id: number, value: number): NewOption => ({ id, kind: 'int32', value });
export const options = (type: OptionsType, ...fields: NewOption[]): NewOperator['options'] => ({ type, fields });

export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A .tflite model that is being drawn: its tensors with their numbers, its operators, the dice. */
export class RandomNet {
  protected readonly tensors: NewTensor[] = [];
  protected readonly operators: NewOperator[] = [];
  protected readonly inputs: number[] = [];

  constructor(
    protected readonly rng: Rng,
    protected readonly int4 = false,
    /** Are the activations that are made now int16? */
    protected wide = false,
  ) {}

  below(n: number): number {
    return this.rng.below(n);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  codes(): readonly string[] {
    return this.operators.map(({ code }) => code);
  }

  model(made: readonly number[]): NewModel {
    // An interpreter wants at least one operator, and no output that is an input.
    const outputs = made.map((id) => (this.inputs.includes(id) ? this.unary(id, 'RELU', this.near(id)) : id));
    const { tensors, operators, inputs } = this;
    return { description: '', name: 'random', tensors, operators, inputs, outputs };
  }

  isWide(): boolean {
    return this.wide;
  }

  onlyImage(): number {
    const image = this.image();
    this.inputs.push(image);
    return image;
  }

  /** One image, or the sum of two. */
  start(): number {
    const first = this.onlyImage();
    if (this.below(5) !== 0) return first;
    const second = this.tensor(this.shape(first), this.near(first));
    this.inputs.push(second);
    return this.operator('ADD', [first, second], this.shape(first), this.near(first), options('add'));
  }

  image(): number {
    if (this.wide && this.below(4) === 0) this.wide = false;
    return this.tensor([1, this.between(3, 12), this.between(3, 12), this.between(1, 9)], this.affine());
  }

  shape(id: number): readonly number[] {
    return this.tensors[id].shape;
  }

  quant(id: number): Affine {
    const { scale, zeroPoint } = this.tensors[id].quantization!;
    return { scale: scale[0], zeroPoint: zeroPoint[0] };
  }

  /** Any zero point, and a scale of `low`/64 to 8 times that. */
  affine(low = 1): Affine {
    if (this.wide) return { scale: Math.fround(((low / 16384) * this.between(512, 4096)) / 512), zeroPoint: 0 };
    const zeroPoint = [-128, 127, 0, this.between(-128, 127), this.between(-128, 127)][this.below(5)];
    return { scale: Math.fround(((low / 64) * this.between(512, 4096)) / 512), zeroPoint };
  }

  /** Like that of `id`, up to twice as fine or coarse. */
  near(id: number): Affine {
    return { ...this.affine(), scale: Math.fround((this.quant(id).scale * this.between(512, 2048)) / 1024) };
  }

  /** To the other width, at a scale that fits it. */
  border(at: number): number {
    const { scale } = this.quant(at);
    this.wide = !this.wide;
    const fine = Math.fround((scale * this.between(512, 2048)) / 1024 / (this.wide ? 256 : 1 / 256));
    return this.operator('QUANTIZE', [at], this.shape(at), { ...this.affine(), scale: fine }, null);
  }

  protected tensor(
    shape: readonly number[],
    { scale, zeroPoint }: Affine,
    data: Int8Array | Int16Array | null = null,
  ): number {
    const quantization = { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
    const bytes = data === null ? null : new Uint8Array(data.buffer);
    const type = this.wide ? 'int16' : 'int8';
    return this.put({ name: `t${this.tensors.length}`, shape, type, quantization, data: bytes });
  }

  protected put(tensor: NewTensor): number {
    return this.tensors.push(tensor) - 1;
  }

  protected integers(shape: readonly number[], values: readonly number[]): number {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    return this.put({ name: `i${this.tensors.length}`, shape, type: 'int32', quantization: null, data });
  }

  protected operator(
    code: string,
    inputs: readonly number[],
    shape: readonly number[],
    to: Affine,
    of: NewOperator['options'],
  ): number {
    // What int8 has at 1/256 or 1/128, int16 has at 1/32768.
    const bounded = this.wide && ['SOFTMAX', 'LOGISTIC', 'TANH'].includes(code);
    const output = this.tensor(shape, bounded ? { scale: 1 / 32768, zeroPoint: 0 } : to);
    this.operators.push({ code, inputs, outputs: [output], options: of });
    return output;
  }

  protected activation(): number {
    return [0, 0, 1, 2, 3][this.below(5)];
  }

  /** Weights along `axis`, a bias three times in four; input indices behind the first. */
  protected weights(x: number, shape: readonly number[], axis: number, to: Affine): readonly number[] {
    const channels = shape[axis];
    const fanIn = elementCount(shape) / channels;
    const narrow = this.int4 && this.below(2) === 0;
    // TFLite Micro's dense kernel takes one scale for int4 weights.
    const perChannel = !(narrow && shape.length === 2) && this.below(4) !== 0;
    const from = this.quant(x).scale;
    // So that sums of random products fill the output's range.
    const typical = to.scale / from / ((narrow ? 4 : 60) * Math.ceil(Math.sqrt(fanIn)));
    const scale = Array.from({ length: perChannel ? channels : 1 }, () =>
      Math.fround((typical * this.between(512, 2048)) / 1024),
    );
    const zeroPoint = scale.map(() => 0);
    const [low, high] = narrow ? [-8, 7] : [-127, 127];
    const data = Int8Array.from({ length: elementCount(shape) }, () => this.between(low, high));
    const name = `w${this.tensors.length}`;
    const quantization = { scale, zeroPoint, axis };
    const bytes = new Uint8Array((narrow ? packInt4(data) : data).buffer);
    const w = this.put({ name, shape, type: narrow ? 'int4' : 'int8', quantization, data: bytes });
    if (this.below(4) === 0) return [w, -1];
    const biases = Int32Array.from({ length: channels }, () => this.between(-3000, 3000));
    const biasScale = scale.map((s) => Math.fround(from * s));
    // TFLite Micro's depthwise kernel of int16 reads biases of int64 alone; sums of many products need them.
    const long = this.wide && (axis === 3 || fanIn > 300 || this.below(3) !== 0);
    const large = biases.map((b) => (this.wide ? b * 256 : b));
    const words = long ? BigInt64Array.from(large, BigInt) : large;
    const bias = this.put({
      name: `b${this.tensors.length}`,
      shape: [channels],
      type: long ? 'int64' : 'int32',
      quantization: { scale: biasScale, zeroPoint, axis: 0 },
      data: new Uint8Array(words.buffer),
    });
    return [w, bias];
  }

  protected isImage(at: number): boolean {
    return this.shape(at).length === 4;
  }

  /** Places of a window: null where it does not fit. */
  protected places(
    sizes: readonly number[],
    kernel: readonly number[],
    strides: readonly number[],
    dilation: readonly number[],
    same: boolean,
  ): readonly number[] | null {
    const of = sizes.map((size, k) => {
      const reach = (kernel[k] - 1) * dilation[k] + 1;
      return same ? Math.ceil(size / strides[k]) : Math.floor((size - reach) / strides[k]) + 1;
    });
    return of.every((n) => n > 0) ? of : null;
  }

  unary(at: number, code: string, to: Affine): number {
    const float = (id: number, value: number): NewOption => ({ id, kind: 'float32', value: Math.fround(value) });
    const of: Readonly<Record<string, NewOperator['options']>> = {
      SOFTMAX: options('softmax', float(0, [1, 1, 0.5][this.below(3)])),
      LEAKY_RELU: options('leaky_relu', float(0, this.between(1, 40) / 64)),
    };
    return this.operator(code, [at], this.shape(at), to, of[code] ?? null);
  }
}
