import { writeTflite, type NewOperator, type NewOption, type NewTensor } from '../../src/import/tflite/write-model.js';
import type { OptionsType } from '../../src/import/tflite/schema.js';
import { elementCount } from '../../src/ir/tensor.js';
import { Rng } from '../../src/util/rng.js';

const int8 = (id: number, value: number): NewOption => ({ id, kind: 'int8', value });
const int32 = (id: number, value: number): NewOption => ({ id, kind: 'int32', value });
const options = (type: OptionsType, ...fields: NewOption[]): NewOperator['options'] => ({ type, fields });

/** Models from this seed on have branches, dilations, frames and arithmetic as well. */
const WITH_BRANCHES = 24;
const CHAIN = ['conv', 'depthwise', 'pool', 'add', 'scale', 'activation'] as const;
const BRANCHES = ['dilated', 'concatenation', 'gate', 'pad', 'arithmetic', 'rows', 'square', 'grouped'] as const;
type Step = (typeof CHAIN)[number] | (typeof BRANCHES)[number];

/**
 * A random float .tflite model over every operator that becomes a float layer: image, three to six steps, mean or reshape,
 * dense. Same seed, same bytes. `image` is [height, width, channels], drawn if absent.
 */
export function randomFloatTflite(seed: number, image?: readonly number[], outputs?: number): Uint8Array {
  const net = new FloatNet(new Rng(seed));
  const steps: readonly Step[] = seed < WITH_BRANCHES ? CHAIN : [...BRANCHES, ...CHAIN];
  let at = net.tensor([1, ...(image ?? [net.between(5, 10), net.between(5, 10), net.between(1, 4)])]);
  const count = net.between(3, 6);
  for (let k = 0; k < count; k++) at = net.step(steps[k === 0 ? seed % steps.length : net.below(steps.length)], at);
  return writeTflite(net.model(net.dense(net.end(at), outputs)));
}

class FloatNet {
  private readonly tensors: NewTensor[] = [];
  private readonly operators: NewOperator[] = [];

  constructor(private readonly rng: Rng) {}

  below(n: number): number {
    return this.rng.below(n);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  model(output: number): Parameters<typeof writeTflite>[0] {
    const { tensors, operators } = this;
    return { description: '', name: 'random', tensors, operators, inputs: [0], outputs: [output] };
  }

  tensor(shape: readonly number[]): number {
    return this.put({ name: `t${this.tensors.length}`, shape, type: 'float32', quantization: null, data: null });
  }

  step(kind: Step, at: number): number {
    const shape = this.shape(at);
    const [, height, width, channels] = shape;
    switch (kind) {
      case 'conv':
      case 'depthwise': {
        const same = this.below(2) === 0;
        const [kernel, strides] = [this.pair(3, height, width), [this.between(1, 2), this.between(1, 2)]];
        const places = this.places([height, width], kernel, strides, same);
        const multiplier = this.between(1, 2);
        const depthwise = kind === 'depthwise';
        const out = depthwise ? channels * multiplier : this.between(1, 6);
        const fan = kernel[0] * kernel[1] * (depthwise ? 1 : channels);
        const weights = depthwise ? [1, ...kernel, out] : [out, ...kernel, channels];
        const inputs = [at, this.floats(weights, fan), this.floats([out], 4)];
        const window = [int8(0, same ? 0 : 1), int32(1, strides[1]), int32(2, strides[0])];
        const fused = [0, 1, 3][this.below(3)];
        return depthwise
          ? this.operator(
              'DEPTHWISE_CONV_2D',
              inputs,
              [1, ...places, out],
              options('depthwise_conv_2d', ...window, int32(3, multiplier), int8(4, fused), int32(5, 1), int32(6, 1)),
            )
          : this.operator(
              'CONV_2D',
              inputs,
              [1, ...places, out],
              options('conv_2d', ...window, int8(3, fused), int32(4, 1), int32(5, 1)),
            );
      }
      case 'pool': {
        const same = this.below(2) === 0;
        const [kernel, strides] = [this.pair(3, height, width), [this.between(1, 2), this.between(1, 2)]];
        const places = this.places([height, width], kernel, strides, same);
        const of = options(
          'pool_2d',
          int8(0, same ? 0 : 1),
          int32(1, strides[1]),
          int32(2, strides[0]),
          int32(3, kernel[1]),
          int32(4, kernel[0]),
        );
        const code = this.below(2) === 0 ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D';
        return this.operator(code, [at], [1, ...places, channels], of);
      }
      case 'add':
        return this.operator('ADD', [at, this.step('activation', at)], shape, options('add', int8(0, this.below(2))));
      case 'scale': {
        const scaled = this.operator('MUL', [at, this.floats([channels], 1)], shape, options('mul'));
        return this.operator(
          'ADD',
          [scaled, this.floats([channels], 1)],
          shape,
          options('add', int8(0, this.below(2))),
        );
      }
      case 'dilated': {
        const kernel = [this.between(1, 3), this.between(2, 3)];
        const dilation = [this.between(1, 3), 2];
        const depthwise = this.below(2) === 0;
        const weights = depthwise ? [1, ...kernel, channels] : [3, ...kernel, channels];
        const inputs = [
          at,
          this.floats(weights, kernel[0] * kernel[1] * (depthwise ? 1 : channels)),
          this.floats([weights[depthwise ? 3 : 0]], 4),
        ];
        const window = [int8(0, 0), int32(1, 1), int32(2, 1)];
        const places = [1, height, width, depthwise ? channels : 3];
        return depthwise
          ? this.operator(
              'DEPTHWISE_CONV_2D',
              inputs,
              places,
              options(
                'depthwise_conv_2d',
                ...window,
                int32(3, 1),
                int8(4, 1),
                int32(5, dilation[1]),
                int32(6, dilation[0]),
              ),
            )
          : this.operator(
              'CONV_2D',
              inputs,
              places,
              options('conv_2d', ...window, int8(3, 3), int32(4, dilation[1]), int32(5, dilation[0])),
            );
      }
      case 'grouped': {
        const inputs = [at, this.floats([2 * channels, 3, 2, 1], 6), this.floats([2 * channels], 4)];
        const window = options('conv_2d', int8(0, 0), int32(1, 1), int32(2, 2), int8(3, 1), int32(4, 1), int32(5, 1));
        return this.operator('CONV_2D', inputs, [1, Math.ceil(height / 2), width, 2 * channels], window);
      }
      case 'concatenation': {
        const axis = this.between(1, 3);
        const other = this.operator('TANH', [at], shape, null);
        const joined = [at, other, at].slice(0, this.between(2, 3));
        const to = shape.map((d, k) => (k === axis ? d * joined.length : d));
        return this.operator(
          'CONCATENATION',
          joined,
          to,
          options('concatenation', int32(0, this.below(2) === 0 ? axis : axis - 4)),
        );
      }
      case 'gate': {
        const keeps = this.below(2);
        const mean = this.operator(
          'MEAN',
          [at, this.integers([1, 2])],
          keeps ? [1, 1, 1, channels] : [1, channels],
          options('reducer', int8(0, keeps)),
        );
        const weights = [this.floats([channels, channels], channels), this.floats([channels], 4)];
        const dense = this.operator(
          'FULLY_CONNECTED',
          [mean, ...weights],
          [1, channels],
          options('fully_connected', int8(0, 0)),
        );
        const gates = this.operator('LOGISTIC', [dense], [1, channels], null);
        const spread = this.operator(
          'RESHAPE',
          [gates, this.integers([1, 1, 1, channels])],
          [1, 1, 1, channels],
          options('reshape'),
        );
        return this.operator(
          'MUL',
          this.below(2) === 0 ? [at, spread] : [spread, at],
          shape,
          options('mul', int8(0, this.below(2))),
        );
      }
      case 'square':
        return this.operator('MUL', [at, at], shape, options('mul', int8(0, 3)));
      case 'pad': {
        const pads = [0, 0, this.below(3), this.below(3), this.below(3), this.below(2), 0, this.below(2)];
        const to = shape.map((d, k) => d + pads[2 * k] + pads[2 * k + 1]);
        const data = new Uint8Array(Int32Array.from(pads).buffer);
        const paddings = this.put({
          name: `p${this.tensors.length}`,
          shape: [4, 2],
          type: 'int32',
          quantization: null,
          data,
        });
        return this.operator('PAD', [at, paddings], to, options('pad'));
      }
      case 'arithmetic': {
        const less = this.operator('SUB', [this.floats([1, 1, 1, channels], 1), at], shape, options('sub', int8(0, 0)));
        const both = this.operator('SUB', [at, less], shape, options('sub', int8(0, 1)));
        return this.operator('SUB', [both, this.floats([1], 1)], shape, options('sub'));
      }
      case 'rows': {
        const weights = [this.floats([4, channels], channels), this.floats([4], 4)];
        const of = options('fully_connected', int8(0, 1), int8(2, 1));
        const rows = this.operator('FULLY_CONNECTED', [at, ...weights], [1, height, width, 4], of);
        const mean = this.operator('MEAN', [rows, this.integers([2])], [1, height, 4], options('reducer'));
        return this.operator(
          'RESHAPE',
          [mean, this.integers([1, height, 1, 4])],
          [1, height, 1, 4],
          options('reshape'),
        );
      }
      case 'activation':
        return this.operator(['RELU', 'RELU6', 'TANH', 'LOGISTIC'][this.below(4)], [at], shape, null);
    }
  }

  end(at: number): number {
    const shape = this.shape(at);
    if (this.below(2) === 0) {
      const axes = this.integers([1, 2]);
      return this.operator('MEAN', [at, axes], [1, shape[3]], options('reducer'));
    }
    const flat = [1, elementCount(shape)];
    return this.operator('RESHAPE', [at, this.integers(flat)], flat, options('reshape'));
  }

  dense(at: number, outputs?: number): number {
    const inputs = elementCount(this.shape(at));
    const out = outputs ?? this.between(2, 6);
    const of = options('fully_connected', int8(0, 0));
    return this.operator(
      'FULLY_CONNECTED',
      [at, this.floats([out, inputs], inputs), this.floats([out], 4)],
      [1, out],
      of,
    );
  }

  private shape(id: number): readonly number[] {
    return this.tensors[id].shape;
  }

  private pair(most: number, height: number, width: number): readonly number[] {
    return [this.between(1, Math.min(most, height)), this.between(1, Math.min(most, width))];
  }

  private places(
    sizes: readonly number[],
    kernel: readonly number[],
    strides: readonly number[],
    same: boolean,
  ): readonly number[] {
    return sizes.map((size, k) =>
      same ? Math.ceil(size / strides[k]) : Math.floor((size - kernel[k]) / strides[k]) + 1,
    );
  }

  private put(tensor: NewTensor): number {
    return this.tensors.push(tensor) - 1;
  }

  private floats(shape: readonly number[], fan: number): number {
    const values = Float32Array.from(
      { length: elementCount(shape) },
      () => this.between(-1000, 1000) / (500 * Math.sqrt(fan)),
    );
    const data = new Uint8Array(values.buffer);
    return this.put({ name: `c${this.tensors.length}`, shape, type: 'float32', quantization: null, data });
  }

  private integers(values: readonly number[]): number {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    return this.put({
      name: `i${this.tensors.length}`,
      shape: [values.length],
      type: 'int32',
      quantization: null,
      data,
    });
  }

  private operator(
    code: string,
    inputs: readonly number[],
    shape: readonly number[],
    of: NewOperator['options'],
  ): number {
    const output = this.tensor(shape);
    this.operators.push({ code, inputs, outputs: [output], options: of });
    return output;
  }
}
