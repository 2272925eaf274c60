import type { OptionsType } from '../../src/import/tflite/schema.js';
import {
  writeTflite,
  type NewModel,
  type NewOperator,
  type NewOption,
  type NewTensor,
} from '../../src/import/tflite/write-model.js';
import { packInt4 } from '../../src/ir/int4.js';
import { elementCount } from '../../src/ir/tensor.js';
import { Rng } from '../../src/util/rng.js';

interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

type Step = (net: Net, at: number) => number | null;

const int8 = (id: number, value: number): NewOption => ({ id, kind: 'int8', value });
const int32 = (id: number, value: number): NewOption => ({ id, kind: 'int32', value });
const options = (type: OptionsType, ...fields: NewOption[]): NewOperator['options'] => ({ type, fields });

/** Steps that a random network is made of, by name. */
export const STEPS: Readonly<Record<string, Step>> = {
  conv_2d: (net, at) => net.convolution(at, 'CONV_2D'),
  depthwise_conv_2d: (net, at) => net.convolution(at, 'DEPTHWISE_CONV_2D'),
  grouped_conv_2d: (net, at) => net.convolution(at, 'CONV_2D', true),
  transpose_conv: (net, at) => net.transposeConvolution(at),
  dense_rows: (net, at) => net.dense(at, true),
  average_pool_2d: (net, at) => net.pool(at, 'AVERAGE_POOL_2D'),
  max_pool_2d: (net, at) => net.pool(at, 'MAX_POOL_2D'),
  add: (net, at) => net.arithmetic(at, 'ADD'),
  sub: (net, at) => net.arithmetic(at, 'SUB'),
  mul: (net, at) => net.arithmetic(at, 'MUL'),
  maximum: (net, at) => net.arithmetic(at, 'MAXIMUM'),
  minimum: (net, at) => net.arithmetic(at, 'MINIMUM'),
  prelu: (net, at) => net.prelu(at),
  concatenation: (net, at) => net.concatenation(at),
  pad: (net, at) => net.pad(at),
  pad_v2: (net, at) => net.pad(at, true),
  mirror_pad: (net, at) => net.mirrorPad(at),
  gather: (net, at) => net.gather(at),
  reverse: (net, at) => net.reverse(at),
  pack: (net, at) => net.pack(at),
  transpose: (net, at) => net.transpose(at),
  strided_slice: (net, at) => net.stridedSlice(at),
  slice: (net, at) => net.slice(at),
  split: (net, at) => net.split(at),
  resize_nearest: (net, at) => net.resize(at),
  depth_to_space: (net, at) => net.depthToSpace(at),
  space_to_depth: (net, at) => net.spaceToDepth(at),
  softmax: (net, at) => net.unary(at, 'SOFTMAX', { scale: 1 / 256, zeroPoint: -128 }),
  logistic: (net, at) => net.unary(at, 'LOGISTIC', { scale: 1 / 256, zeroPoint: -128 }),
  tanh: (net, at) => net.unary(at, 'TANH', { scale: 1 / 128, zeroPoint: 0 }),
  relu: (net, at) => net.unary(at, 'RELU', net.near(at)),
  relu6: (net, at) => net.unary(at, 'RELU6', net.quant(at)),
  leaky_relu: (net, at) => net.unary(at, 'LEAKY_RELU', net.near(at)),
  hard_swish: (net, at) => net.unary(at, 'HARD_SWISH', net.near(at)),
  abs: (net, at) => net.unary(at, 'ABS', net.below(3) === 0 ? net.quant(at) : net.near(at)),
  elu: (net, at) => net.unary(at, 'ELU', net.near(at)),
  quantize: (net, at) => net.unary(at, 'QUANTIZE', net.near(at)),
  border: (net, at) => net.border(at),
};

/** How a random network ends. */
export const ENDS: Readonly<Record<string, Step>> = {
  dense: (net, at) => net.dense(net.flat(at), false),
  softmax: (net, at) => net.unary(net.dense(net.flat(at), false), 'SOFTMAX', { scale: 1 / 256, zeroPoint: -128 }),
  mean: (net, at) => net.reduce(at, 'MEAN'),
  sum: (net, at) => net.reduce(at, 'SUM'),
  reduce_max: (net, at) => net.reduce(at, 'REDUCE_MAX'),
  reduce_min: (net, at) => net.reduce(at, 'REDUCE_MIN'),
  image: (_net, at) => at,
};

export interface RandomTflite {
  readonly file: Uint8Array;
  readonly codes: readonly string[];
}

/**
 * A random int8 model as a .tflite file: an image or two, three to seven steps, and one end or two. Scales fill the range of int8, zero
 * points stand at its ends too. Step `seed` of the list comes first, so that every one has its turn. Nothing but whole
 * numbers and quotients goes into it: same seed, same bytes on every machine.
 */
export function randomTflite(seed: number): RandomTflite {
  return draw(
    new Net(new Rng(seed)),
    seed,
    Object.keys(STEPS).filter((name) => name !== 'border'),
  );
}

/** The same with int4 weights in about half of the layers that have weights; one of those comes first. */
export function randomInt4Tflite(seed: number): RandomTflite {
  return draw(new Net(new Rng(1000 + seed), true), seed, ['conv_2d', 'depthwise_conv_2d', 'dense_rows', 'pad', 'relu']);
}

/** Steps of networks with int16 activations; `border` changes to int8 and back. */
const INT16_STEPS = [
  'conv_2d',
  'depthwise_conv_2d',
  'dense_rows',
  'average_pool_2d',
  'max_pool_2d',
  'add',
  'sub',
  'mul',
  'maximum',
  'minimum',
  'concatenation',
  'pad',
  'transpose',
  'strided_slice',
  'slice',
  'softmax',
  'logistic',
  'tanh',
  'relu',
  'relu6',
  'quantize',
  'border',
];

/** The same with int16 activations, int8 weights and biases of int64 or int32; some begin or go on in int8. */
export function randomInt16Tflite(seed: number): RandomTflite {
  const ends = ['dense', 'softmax', 'mean', 'image'];
  return draw(new Net(new Rng(2000 + seed), false, true), seed, INT16_STEPS, ends);
}

function draw(net: Net, seed: number, names: readonly string[], ends = Object.keys(ENDS)): RandomTflite {
  const isWide = net.isWide();
  let at = isWide ? net.onlyImage() : net.start();
  const count = net.between(3, 7);
  for (let k = 0; k < count; k++) {
    const step = STEPS[names[k === 0 ? seed % names.length : net.below(names.length)]];
    at = step(net, at) ?? at;
  }
  // Several inputs or outputs are one vector of int8.
  const made = [0, ...(!isWide && net.below(5) === 0 ? [1] : [])].map(
    () => ENDS[ends[net.below(ends.length)]](net, at) ?? at,
  );
  return { file: writeTflite(net.model([...new Set(made)])), codes: net.codes() };
}

class Net {
  private readonly tensors: NewTensor[] = [];
  private readonly operators: NewOperator[] = [];
  private readonly inputs: number[] = [];

  constructor(
    private readonly rng: Rng,
    private readonly int4 = false,
    /** Are the activations that are made now int16? */
    private wide = false,
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

  private tensor(
    shape: readonly number[],
    { scale, zeroPoint }: Affine,
    data: Int8Array | Int16Array | null = null,
  ): number {
    const quantization = { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
    const bytes = data === null ? null : new Uint8Array(data.buffer);
    const type = this.wide ? 'int16' : 'int8';
    return this.put({ name: `t${this.tensors.length}`, shape, type, quantization, data: bytes });
  }

  private put(tensor: NewTensor): number {
    return this.tensors.push(tensor) - 1;
  }

  private integers(shape: readonly number[], values: readonly number[]): number {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    return this.put({ name: `i${this.tensors.length}`, shape, type: 'int32', quantization: null, data });
  }

  private operator(
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

  private activation(): number {
    return [0, 0, 1, 2, 3][this.below(5)];
  }

  /** Weights along `axis`, a bias three times in four; input indices behind the first. */
  private weights(x: number, shape: readonly number[], axis: number, to: Affine): readonly number[] {
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

  private isImage(at: number): boolean {
    return this.shape(at).length === 4;
  }

  /** Places of a window: null where it does not fit. */
  private places(
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

  convolution(at: number, code: 'CONV_2D' | 'DEPTHWISE_CONV_2D', grouped = false): number | null {
    if (!this.isImage(at)) return null;
    const depthwise = code === 'DEPTHWISE_CONV_2D';
    const [, height, width, channels] = this.shape(at);
    const groups = grouped
      ? [channels, 3, 2].find((g) => channels % g === 0 && (g < channels || this.below(2) === 0))
      : 1;
    if (groups === undefined) return null;
    const kernel = [this.between(1, Math.min(4, height)), this.between(1, Math.min(4, width))];
    const dilates = this.below(4) === 0;
    const strides = dilates ? [1, 1] : [this.between(1, 2), this.between(1, 2)];
    const dilation = dilates ? [this.between(1, 2), 2] : [1, 1];
    const same = this.below(2) === 0;
    const places = this.places([height, width], kernel, strides, dilation, same);
    if (places === null) return null;
    const to = this.affine();
    const multiplier = this.between(1, channels > 4 ? 1 : 3);
    const out = depthwise ? channels * multiplier : groups * this.between(1, groups === 1 ? 10 : 3);
    const weights = depthwise
      ? this.weights(at, [1, ...kernel, out], 3, to)
      : this.weights(at, [out, ...kernel, channels / groups], 0, to);
    const padding = int8(0, same ? 0 : 1);
    const stride = [int32(1, strides[1]), int32(2, strides[0])];
    const of = depthwise
      ? options(
          'depthwise_conv_2d',
          padding,
          ...stride,
          int32(3, multiplier),
          int8(4, this.activation()),
          int32(5, dilation[1]),
          int32(6, dilation[0]),
        )
      : options(
          'conv_2d',
          padding,
          ...stride,
          int8(3, this.activation()),
          int32(4, dilation[1]),
          int32(5, dilation[0]),
        );
    // TFLite Micro's depthwise kernel wants an absent bias left away.
    const constants = depthwise ? weights.filter((id) => id >= 0) : weights;
    return this.operator(code, [at, ...constants], [1, ...places, out], to, of);
  }

  transposeConvolution(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const kernel = [this.between(1, 5), this.between(1, 4)];
    const strides = [this.between(1, 3), this.between(1, 3)];
    const same = this.below(2) === 0;
    const out = this.between(1, 4);
    const sizes = [height, width].map((d, k) => d * strides[k] + (same ? 0 : Math.max(0, kernel[k] - strides[k])));
    const shape = [1, ...sizes, out];
    if (elementCount(shape) > 3000) return null;
    const to = this.affine();
    const [w, b] = this.weights(at, [out, ...kernel, channels], 0, to);
    const inputs = [this.integers([4], shape), w, at, ...(b < 0 ? [] : [b])];
    const stride = [int32(1, strides[1]), int32(2, strides[0])];
    const of = options('transpose_conv', int8(0, same ? 0 : 1), ...stride, int8(3, this.activation()));
    return this.operator('TRANSPOSE_CONV', inputs, shape, to, of);
  }

  pool(at: number, code: string): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const whole = this.below(4) === 0;
    const kernel = whole
      ? [height, width]
      : [this.between(1, Math.min(4, height)), this.between(1, Math.min(4, width))];
    const strides = [this.between(1, 3), this.between(1, 3)];
    const same = !whole && this.below(2) === 0;
    const places = this.places([height, width], kernel, strides, [1, 1], same);
    if (places === null) return null;
    const of = options(
      'pool_2d',
      int8(0, same ? 0 : 1),
      int32(1, strides[1]),
      int32(2, strides[0]),
      int32(3, kernel[1]),
      int32(4, kernel[0]),
      int8(5, this.activation()),
    );
    return this.operator(code, [at], [1, ...places, channels], this.quant(at), of);
  }

  /** A dense layer on the last axis; `keeps`: row by row. */
  dense(at: number, keeps: boolean): number {
    const shape = this.shape(at);
    const inputs = keeps ? shape[shape.length - 1] : elementCount(shape);
    const out = this.between(1, 12);
    const to = this.affine();
    const weights = this.weights(at, [out, inputs], 0, to);
    const of = options('fully_connected', int8(0, this.activation()), int8(2, keeps ? 1 : 0));
    return this.operator('FULLY_CONNECTED', [at, ...weights], keeps ? [...shape.slice(0, -1), out] : [1, out], to, of);
  }

  flat(at: number): number {
    const shape = [1, elementCount(this.shape(at))];
    // Dense layers flatten by themselves.
    if (this.below(2) === 0) return at;
    const inputs = [at, this.integers([2], this.below(2) === 0 ? shape : [1, -1])];
    return this.operator('RESHAPE', inputs, shape, this.quant(at), options('reshape'));
  }

  arithmetic(at: number, code: string): number | null {
    const shape = this.shape(at);
    const compares = code === 'MAXIMUM' || code === 'MINIMUM';
    const own = compares ? this.quant(at) : null;
    const random = (of: readonly number[]): number =>
      this.tensor(
        of,
        own ?? this.affine(),
        this.wide
          ? Int16Array.from({ length: elementCount(of) }, () => this.between(-32768, 32767))
          : Int8Array.from({ length: elementCount(of) }, () => this.between(-128, 127)),
      );
    const other = (): number => {
      switch (this.below(compares ? 3 : 5)) {
        case 0:
          return this.wide && compares ? at : random([]);
        case 1: {
          const partners = this.tensors.flatMap((t, id) =>
            t.data === null &&
            t.type === (this.wide ? 'int16' : 'int8') &&
            String(t.shape) === String(shape) &&
            (own === null || (this.quant(id).scale === own.scale && this.quant(id).zeroPoint === own.zeroPoint))
              ? [id]
              : [],
          );
          return partners[this.below(partners.length)];
        }
        case 2: // the same values of each channel, computed
          if (shape.length !== 4 || compares) return at;
          return this.reduce(at, this.wide ? 'MEAN' : 'REDUCE_MAX', true) ?? at;
        case 3:
          return random(shape.slice(-1));
        default:
          return random([...shape.slice(0, -1).map(() => 1), shape[shape.length - 1]]);
      }
    };
    const second = other();
    const isConstant = this.tensors[second].data !== null;
    // TFLite takes nothing away from several constants here: not imported.
    const isOne = elementCount(this.shape(second)) === 1;
    const swaps = this.below(3) === 0 && (code !== 'SUB' || (isOne && !this.wide) || !isConstant);
    const inputs = swaps ? [second, at] : [at, second];
    if (compares) return this.operator(code, inputs, shape, this.quant(at), options('maximum_minimum'));
    const scales = inputs.map((id) => this.quant(id).scale);
    const to =
      code === 'MUL'
        ? { ...this.affine(), scale: Math.fround(scales[0] * scales[1] * this.between(20, 90) * (this.wide ? 256 : 1)) }
        : this.near(at);
    const coarse = {
      ...to,
      scale: Math.fround(code === 'MUL' ? to.scale : Math.max(to.scale, scales[0] / 4, scales[1] / 4)),
    };
    const type = code.toLowerCase() as 'add' | 'sub' | 'mul';
    return this.operator(code, inputs, shape, coarse, options(type, int8(0, this.activation())));
  }

  prelu(at: number): number {
    const shape = this.shape(at);
    const channels = shape[shape.length - 1];
    const slopes = Int8Array.from({ length: channels }, () => this.between(-128, 127));
    const alpha = this.tensor(
      [...shape.slice(1, -1).map(() => 1), channels],
      { scale: Math.fround(1 / this.between(100, 300)), zeroPoint: this.between(-128, 127) },
      slopes,
    );
    return this.operator('PRELU', [at, alpha], shape, this.near(at), null);
  }

  concatenation(at: number): number | null {
    const shape = this.shape(at);
    const axis = this.between(1, shape.length - 1);
    const sum = shape.map((d, k) => (k === axis ? 2 * d : d));
    if (elementCount(sum) > 3000) return null;
    const named = this.below(2) === 0 ? axis : axis - shape.length;
    return this.operator('CONCATENATION', [at, at], sum, this.quant(at), options('concatenation', int32(0, named)));
  }

  pad(at: number, valued = false): number | null {
    const shape = this.shape(at);
    const pairs = shape.flatMap((_, k) => (k === 0 ? [0, 0] : [this.below(3), this.below(3)]));
    const to = shape.map((d, k) => d + pairs[2 * k] + pairs[2 * k + 1]);
    if (elementCount(to) > 3000) return null;
    const inputs = [at, this.integers([shape.length, 2], pairs)];
    if (!valued) return this.operator('PAD', inputs, to, this.quant(at), options('pad'));
    const value = this.tensor([], this.quant(at), Int8Array.of(this.between(-128, 127)));
    return this.operator('PADV2', [...inputs, value], to, this.quant(at), options('pad_v2'));
  }

  mirrorPad(at: number): number | null {
    const shape = this.shape(at);
    const edge = this.below(2);
    const most = (k: number): number => Math.max(0, Math.min(2, shape[k] - 1 + edge));
    const pairs = shape.flatMap((_, k) => (k === 0 ? [0, 0] : [this.below(most(k) + 1), this.below(most(k) + 1)]));
    const to = shape.map((d, k) => d + pairs[2 * k] + pairs[2 * k + 1]);
    if (elementCount(to) > 3000) return null;
    const inputs = [at, this.integers([shape.length, 2], pairs)];
    return this.operator('MIRROR_PAD', inputs, to, this.quant(at), options('mirror_pad', int8(0, edge)));
  }

  gather(at: number): number {
    const shape = this.shape(at);
    const axis = this.between(1, shape.length - 1);
    const places = Array.from({ length: this.between(1, 5) }, () => this.below(shape[axis]));
    const to = shape.map((d, k) => (k === axis ? places.length : d));
    const inputs = [at, this.integers([places.length], places)];
    return this.operator('GATHER', inputs, to, this.quant(at), options('gather', int32(0, axis)));
  }

  reverse(at: number): number {
    const shape = this.shape(at);
    const axis = this.between(1, shape.length - 1);
    return this.operator('REVERSE_V2', [at, this.integers([1], [axis])], shape, this.quant(at), options('reverse_v2'));
  }

  /** Two behind each other along a new axis, and one of them on. */
  pack(at: number): number | null {
    const shape = this.shape(at);
    if (2 * elementCount(shape) > 3000) return null;
    const axis = this.between(1, shape.length);
    const to = [...shape.slice(0, axis), 2, ...shape.slice(axis)];
    const of = options('pack', int32(0, 2), int32(1, axis));
    const packed = this.operator('PACK', [at, at], to, this.quant(at), of);
    const joined = shape.map((d, k) => (k === Math.min(axis, shape.length - 1) ? 2 * d : d));
    const inputs = [packed, this.integers([joined.length], joined)];
    return this.operator('RESHAPE', inputs, joined, this.quant(at), options('reshape'));
  }

  transpose(at: number): number | null {
    const shape = this.shape(at);
    if (shape.length !== 4) return null;
    const order = [
      [0, 3, 1, 2],
      [0, 2, 1, 3],
      [0, 2, 3, 1],
      [0, 3, 2, 1],
      [0, 1, 3, 2],
    ][this.below(5)];
    const inputs = [at, this.integers([4], order)];
    return this.operator(
      'TRANSPOSE',
      inputs,
      order.map((k) => shape[k]),
      this.quant(at),
      options('transpose'),
    );
  }

  stridedSlice(at: number): number {
    const shape = this.shape(at);
    const first = shape.map((d, k) => (k === 0 ? 0 : this.below(d)));
    const step = shape.map((_, k) => (k === 0 ? 1 : this.between(1, 2)));
    const end = shape.map((d, k) => (k === 0 ? 1 : this.between(first[k] + 1, d)));
    const masked = this.below(2) === 0;
    const [beginMask, endMask] = masked ? [2, 2] : [0, 0];
    if (masked) [first[1], end[1]] = [0, shape[1]];
    const to = shape.map((_, k) => Math.ceil((end[k] - first[k]) / step[k]));
    const list = (values: readonly number[]): number => this.integers([values.length], values);
    const negative = end.map((n, k) => (n < shape[k] && this.below(2) === 0 ? n - shape[k] : n));
    const inputs = [at, list(first), list(negative), list(step)];
    const of = options('strided_slice', int32(0, beginMask), int32(1, endMask));
    return this.operator('STRIDED_SLICE', inputs, to, this.quant(at), of);
  }

  slice(at: number): number {
    const shape = this.shape(at);
    const first = shape.map((d, k) => (k === 0 ? 0 : this.below(d)));
    const size = shape.map((d, k) => (k === 0 ? 1 : this.between(1, d - first[k])));
    const inputs = [at, this.integers([shape.length], first), this.integers([shape.length], size)];
    return this.operator('SLICE', inputs, size, this.quant(at), options('slice'));
  }

  split(at: number): number | null {
    const shape = this.shape(at);
    const axis = shape.findIndex((d, k) => k > 0 && d % 2 === 0);
    if (axis < 0) return null;
    const half = shape.map((d, k) => (k === axis ? d / 2 : d));
    const outputs = [this.tensor(half, this.quant(at)), this.tensor(half, this.quant(at))];
    const inputs = [this.integers([], [axis]), at];
    this.operators.push({ code: 'SPLIT', inputs, outputs, options: options('split', int32(0, 2)) });
    // Both halves are read: the second goes on through a sum.
    return this.operator('ADD', outputs, half, this.near(at), options('add'));
  }

  resize(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const whole = this.below(2) === 0;
    const [tall, wide] = whole
      ? [height * this.between(1, 3), width * this.between(1, 3)]
      : [this.between(1, 2 * height + 1), this.between(1, 2 * width + 1)];
    if (tall * wide * channels > 3000) return null;
    const inputs = [at, this.integers([2], [tall, wide])];
    const [aligned, centred] = [
      [0, 0],
      [0, 1],
      [1, 0],
    ][this.below(3)];
    const of = options('resize_nearest', int8(0, aligned), int8(1, centred));
    return this.operator('RESIZE_NEAREST_NEIGHBOR', inputs, [1, tall, wide, channels], this.quant(at), of);
  }

  depthToSpace(at: number): number | null {
    const [, height, width, channels] = this.shape(at);
    if (!this.isImage(at) || channels % 4 !== 0) return null;
    return this.operator(
      'DEPTH_TO_SPACE',
      [at],
      [1, 2 * height, 2 * width, channels / 4],
      this.quant(at),
      options('depth_to_space', int32(0, 2)),
    );
  }

  spaceToDepth(at: number): number | null {
    const [, height, width, channels] = this.shape(at);
    if (!this.isImage(at) || height % 2 !== 0 || width % 2 !== 0) return null;
    return this.operator(
      'SPACE_TO_DEPTH',
      [at],
      [1, height / 2, width / 2, 4 * channels],
      this.quant(at),
      options('space_to_depth', int32(0, 2)),
    );
  }

  reduce(at: number, code: string, keeps = this.below(2) === 0): number | null {
    if (!this.isImage(at)) return null;
    const own = this.shape(at);
    const axes = [[1, 2], [2, 1], [1, 2], [3], [1], [-1, 1], [2], [2, 3], [1, 2, 3]][keeps ? 0 : this.below(9)];
    const reduced = own.map((_, k) => axes.some((axis) => (axis + own.length) % own.length === k));
    const places = elementCount(own.filter((_, k) => reduced[k]));
    const to = code.startsWith('REDUCE') ? this.quant(at) : this.near(at);
    const coarse = code === 'SUM' ? { ...to, scale: Math.fround(to.scale * Math.ceil(places / 2)) } : to;
    const shape = keeps ? own.map((d, k) => (reduced[k] ? 1 : d)) : own.filter((_, k) => !reduced[k]);
    const of = options('reducer', int8(0, Number(keeps)));
    return this.operator(code, [at, this.integers([axes.length], axes)], shape, coarse, of);
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
