import { elementCount } from '../../src/ir/tensor.js';
import { RandomNet, int32, int8, options } from './random-net.js';

/** What is put behind tensor `at`: each gives the index of its output, or null where it does not fit there. */
export class Net extends RandomNet {
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
    if (code === 'SQUARED_DIFFERENCE') {
      const unit = Math.max(...scales) ** 2;
      const to = { ...this.affine(), scale: Math.fround(unit * this.between(20, 250)) };
      return this.operator(code, inputs, shape, to, options('squared_difference'));
    }
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
}
