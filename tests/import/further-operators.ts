import { Net } from './random-operators.js';
import { int8, options, type Affine } from './random-net.js';

/** Steps that are drawn apart from those of {@link Net}, so that the networks of the others stay as they are. */
export class FurtherNet extends Net {
  resizeBilinear(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const [tall, wide] = [this.between(1, 3 * height), this.between(1, 3 * width)];
    if (tall * wide * channels > 3000) return null;
    const [aligned, centred] = [
      [0, 0],
      [0, 1],
      [1, 0],
    ][this.below(3)];
    const inputs = [at, this.integers([2], [tall, wide])];
    const of = options('resize_bilinear', int8(2, aligned), int8(3, centred));
    return this.operator('RESIZE_BILINEAR', inputs, [1, tall, wide, channels], this.quant(at), of);
  }

  /** With itself, a part of itself, or constants; turned or not. */
  batchMatmul(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const { scale } = this.quant(at);
    const make = (
      a: number,
      b: number,
      turnsA: number,
      turnsB: number,
      rows: number,
      columns: number,
    ): number | null => {
      const depth = this.shape(a)[this.shape(a).length - (turnsA === 1 ? 2 : 1)];
      if (height * rows * columns > 3000) return null;
      const unit = scale * this.quant(b === at ? a : b).scale;
      const to = { ...this.affine(), scale: Math.fround(unit * Math.ceil(Math.sqrt(depth)) * this.between(40, 160)) };
      const of = options('batch_matmul', int8(0, turnsA), int8(1, turnsB));
      return this.operator('BATCH_MATMUL', [a, b], [1, height, rows, columns], to, of);
    };
    const constant = (shape: readonly number[]): number => {
      const data = Int8Array.from({ length: shape[0] * shape[1] }, () => this.between(-127, 127));
      return this.tensor(shape, { scale: Math.fround(1 / this.between(64, 256)), zeroPoint: 0 }, data);
    };
    const other = this.between(1, 6);
    switch (this.below(6)) {
      case 0:
        return make(at, at, 0, 1, width, width);
      case 1:
        return make(at, at, 1, 0, channels, channels);
      case 2: {
        const inputs = [at, this.integers([4], [0, 0, 0, 0]), this.integers([4], [1, 1, width, channels])];
        const part = this.operator('SLICE', inputs, [1, 1, width, channels], this.quant(at), options('slice'));
        return this.below(2) === 0 ? make(at, part, 0, 1, width, width) : make(part, at, 0, 1, width, width);
      }
      case 3:
        return this.below(2) === 0
          ? make(at, constant([channels, other]), 0, 0, width, other)
          : make(at, constant([other, channels]), 0, 1, width, other);
      case 4:
        return make(constant([other, width]), at, 0, 0, other, channels);
      default: {
        const inputs = [at, this.integers([4], [0, 1, 3, 2])];
        const turned = this.operator(
          'TRANSPOSE',
          inputs,
          [1, height, channels, width],
          this.quant(at),
          options('transpose'),
        );
        return make(at, turned, 0, 0, width, width);
      }
    }
  }

  /** Of what is not negative: TFLite Micro stops at what is. */
  rsqrt(at: number): number {
    const { scale } = this.near(at);
    const positive = this.unary(at, 'RELU', { scale, zeroPoint: -128 });
    const to = { ...this.affine(), scale: Math.fround(1 / (Math.sqrt(scale) * this.between(60, 400))) };
    return this.unary(positive, 'RSQRT', to);
  }

  /** Over the rows of an image. */
  lstm(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, steps, width, channels] = this.shape(at);
    const [inputs, units] = [width * channels, this.between(1, 6)];
    if (steps * units * (inputs + units) > 4000) return null;
    const from = this.quant(at);
    const rows = this.operator('RESHAPE', [at], [1, steps, inputs], from, options('reshape'));
    const to = { ...this.affine(), scale: Math.fround(this.between(64, 256) / 16384) };
    const gates = (count: number, scale: number): number[] =>
      Array.from({ length: 4 }, () => {
        const data = Int8Array.from({ length: units * count }, () => this.between(-127, 127));
        const by = this.between(512, 2048) / (1024 * 2700 * Math.ceil(Math.sqrt(count)) * scale);
        return this.tensor([units, count], { scale: Math.fround(by), zeroPoint: 0 }, data);
      });
    const weights = [...gates(inputs, from.scale), ...gates(units, to.scale)];
    const biases = weights.slice(0, 4).map((w) => {
      const data = Int32Array.from({ length: units }, () => this.between(-3000, 3000));
      const quantization = { scale: [Math.fround(from.scale * this.quant(w).scale)], zeroPoint: [0], axis: 0 };
      const name = `b${this.tensors.length}`;
      return this.put({ name, shape: [units], type: 'int32', quantization, data: new Uint8Array(data.buffer) });
    });
    const state = (type: 'int8' | 'int16', { scale, zeroPoint }: Affine): number => {
      const quantization = { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
      const name = `s${this.tensors.length}`;
      return this.put({ name, shape: [1, units], type, quantization, data: null, isVariable: true });
    };
    const states = [state('int8', to), state('int16', { scale: 2 ** -this.between(10, 14), zeroPoint: 0 })];
    const inputsOf = [rows, ...weights, -1, -1, -1, ...biases, -1, -1, ...states, -1, -1, -1, -1];
    const clip = { id: 1, kind: 'float32', value: this.below(3) === 0 ? 1.5 : 0 } as const;
    const made = this.operator(
      'UNIDIRECTIONAL_SEQUENCE_LSTM',
      inputsOf,
      [1, steps, units],
      to,
      options('lstm', int8(0, 4), clip),
    );
    return this.operator('RESHAPE', [made], [1, steps, 1, units], to, options('reshape'));
  }

  /** The end of a network: an index for each row, int32. */
  argMax(at: number, code: 'ARG_MAX' | 'ARG_MIN'): number {
    const shape = this.shape(at);
    const axis = this.between(1, shape.length - 1);
    const kept = shape.filter((_, k) => k !== axis);
    const output = this.put({ name: 'index', shape: kept, type: 'int32', quantization: null, data: null });
    const inputs = [at, this.integers([], [this.below(2) === 0 ? axis : axis - shape.length])];
    this.operators.push({ code, inputs, outputs: [output], options: options('arg_max', int8(0, 2)) });
    return output;
  }

  /** The largest value of each channel, at every place again. */
  broadcastTo(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, , , channels] = this.shape(at);
    const small = this.reduce(at, 'REDUCE_MAX', true);
    if (small === null) return null;
    const to = [1, this.between(1, 6), this.between(1, 6), channels];
    const inputs = [small, this.integers([4], to)];
    return this.operator('BROADCAST_TO', inputs, to, this.quant(at), options('broadcast_to'));
  }

  l2Normalization(at: number): number {
    const to = { scale: 1 / 128, zeroPoint: 0 };
    return this.operator('L2_NORMALIZATION', [at], this.shape(at), to, options('l2_normalization'));
  }
}

export const FURTHER_STEPS: Readonly<Record<string, (net: FurtherNet, at: number) => number | null>> = {
  resize_bilinear: (net, at) => net.resizeBilinear(at),
  batch_matmul: (net, at) => net.batchMatmul(at),
  squared_difference: (net, at) => net.arithmetic(at, 'SQUARED_DIFFERENCE'),
  rsqrt: (net, at) => net.rsqrt(at),
  lstm: (net, at) => net.lstm(at),
  broadcast_to: (net, at) => net.broadcastTo(at),
  l2_normalization: (net, at) => net.l2Normalization(at),
};

export const FURTHER_ENDS: typeof FURTHER_STEPS = {
  arg_max: (net, at) => net.argMax(at, 'ARG_MAX'),
  arg_min: (net, at) => net.argMax(at, 'ARG_MIN'),
};
