import type { Activation } from '../../ir/graph.js';
import type { LayerSpec, Padding, Pair } from '../../ir/model-spec.js';
import type { KerasLayer } from './layers-model.js';

/** What a layer of Keras is here; words if it is nothing. */
export type ReadLayer = LayerSpec | string;

type Config = KerasLayer['config'];

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: 'none',
  relu: 'relu',
  relu6: 'relu6',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
};

/** Reads one setting after the other and remembers the first that has no counterpart. */
class Settings {
  problem: string | null = null;

  constructor(private readonly config: Config) {}

  /** The setting must be absent or one of these. */
  expect(key: string, ...allowed: readonly unknown[]): void {
    const value = this.config[key] ?? null;
    if (value !== null && !allowed.some((a) => JSON.stringify(a) === JSON.stringify(value))) {
      this.problem ??= `${key} ${JSON.stringify(value)}`;
    }
  }

  number(key: string, absent?: number): number {
    const value = this.config[key] ?? absent;
    if (typeof value !== 'number') this.problem ??= `${key} ${JSON.stringify(value)}`;
    return Number(value);
  }

  pair(key: string, absent?: Pair): Pair {
    const value = this.config[key] ?? absent;
    if (typeof value === 'number') return [value, value];
    if (Array.isArray(value) && value.length === 2) return [Number(value[0]), Number(value[1])];
    this.problem ??= `${key} ${JSON.stringify(value)}`;
    return [1, 1];
  }

  padding(): Padding {
    this.expect('padding', 'same', 'valid');
    return this.config['padding'] === 'same' ? 'same' : 'valid';
  }

  /** @param isOutput the network's softmax belongs to the loss here: outputs are logits */
  activation(isOutput = false, key = 'activation'): Activation {
    const value = this.config[key] ?? 'linear';
    if (isOutput && value === 'softmax') return 'none';
    const found = ACTIVATIONS[String(value)];
    if (found === undefined) this.problem ??= `${key} ${JSON.stringify(value)}`;
    return found ?? 'none';
  }

  bias(): boolean {
    return this.config['use_bias'] !== false;
  }
}

/**
 * The counterpart of one layer, without its name and inputs; null: it does nothing here (a softmax at the end).
 * @param isOutput whether nothing comes after it
 */
export function readLayer(layer: KerasLayer, isOutput: boolean): ReadLayer | null {
  const read = READERS[layer.className];
  if (read === undefined) return 'this class is unknown';
  const settings = new Settings(layer.config);
  settings.expect('data_format', 'channels_last', 'channelsLast');
  const spec = read(settings, layer.config, isOutput);
  return settings.problem ?? spec;
}

type Reader = (settings: Settings, config: Config, isOutput: boolean) => LayerSpec | string | null;

const pool =
  (type: 'max_pool_2d' | 'average_pool_2d'): Reader =>
  (s) => {
    const size = s.pair('pool_size', [2, 2]);
    return { type, pool: size, strides: s.pair('strides', size), padding: s.padding() };
  };

const activationLayer = (activation: Activation): LayerSpec => ({ type: 'activation', activation });

function dilated(s: Settings): { readonly dilation?: Pair } {
  const dilation = s.pair('dilation_rate', [1, 1]);
  return dilation.every((n) => n === 1) ? {} : { dilation };
}

/** Of height and width: one number for all sides, one for each axis, or both sides of each. */
function framed(s: Settings, value: unknown): Pair[] {
  const sides = Array.isArray(value) ? (value as unknown[]) : [value, value];
  const pads = sides.map((side): Pair => {
    const [before, after] = Array.isArray(side) ? (side as unknown[]) : [side, side];
    return [Number(before), Number(after)];
  });
  if (pads.length !== 2 || !pads.flat().every((n) => Number.isInteger(n) && n >= 0)) {
    s.problem ??= `padding ${JSON.stringify(value)}`;
  }
  return pads;
}

const READERS: Readonly<Record<string, Reader>> = {
  Dense: (s, _config, isOutput) => ({
    type: 'dense',
    units: s.number('units'),
    activation: s.activation(isOutput),
    dropout: 0,
    bias: s.bias(),
  }),
  Conv2D: (s) => {
    s.expect('groups', 1);
    return {
      type: 'conv_2d',
      ...dilated(s),
      filters: s.number('filters'),
      kernel: s.pair('kernel_size'),
      strides: s.pair('strides', [1, 1]),
      padding: s.padding(),
      activation: s.activation(),
      bias: s.bias(),
    };
  },
  DepthwiseConv2D: (s) => ({
    type: 'depthwise_conv_2d',
    ...dilated(s),
    multiplier: s.number('depth_multiplier', 1),
    kernel: s.pair('kernel_size'),
    strides: s.pair('strides', [1, 1]),
    padding: s.padding(),
    activation: s.activation(),
    bias: s.bias(),
  }),
  MaxPooling2D: pool('max_pool_2d'),
  AveragePooling2D: pool('average_pool_2d'),
  GlobalAveragePooling2D: (s) => {
    s.expect('keepdims', false);
    return { type: 'global_average_pool_2d' };
  },
  BatchNormalization: (s, config) => {
    const axis = Array.isArray(config['axis']) ? (config['axis'] as unknown[])[0] : config['axis'];
    if (axis !== undefined && axis !== -1 && axis !== 1 && axis !== 3) s.problem ??= `axis ${JSON.stringify(axis)}`;
    s.expect('scale', true);
    s.expect('center', true);
    const momentum = s.number('momentum', 0.99);
    return { type: 'batch_norm', momentum, epsilon: s.number('epsilon', 1e-3), activation: 'none' };
  },
  Add: () => ({ type: 'add', activation: 'none' }),
  Multiply: () => ({ type: 'mul', activation: 'none' }),
  Concatenate: (s, config) => {
    const axis = Number(config['axis'] ?? -1);
    if (!Number.isInteger(axis) || axis === 0) s.problem ??= `axis ${JSON.stringify(config['axis'])}`;
    // Keras counts the batch.
    return { type: 'concatenation', axis: axis > 0 ? axis - 1 : axis };
  },
  ZeroPadding2D: (s, config) => ({ type: 'pad', pads: framed(s, config['padding'] ?? 1) }),
  Activation: (s, config, isOutput) =>
    isOutput && config['activation'] === 'softmax' ? null : activationLayer(s.activation()),
  Softmax: (_s, _config, isOutput) => (isOutput ? null : 'a softmax is known at the end of a network only'),
  ReLU: (s, config) => {
    s.expect('max_value', 6);
    s.expect('negative_slope', 0, [0]);
    s.expect('threshold', 0, [0]);
    return activationLayer((config['max_value'] ?? null) === null ? 'relu' : 'relu6');
  },
  Dropout: (s) => {
    s.expect('noise_shape');
    return { type: 'dropout', rate: s.number('rate') };
  },
  Flatten: () => ({ type: 'flatten' }),
  Reshape: (s, config) => {
    const shape = config['target_shape'];
    if (!Array.isArray(shape) || !shape.every((d) => Number(d) > 0))
      s.problem ??= `target_shape ${JSON.stringify(shape)}`;
    return { type: 'reshape', shape: (shape as number[] | undefined) ?? [] };
  },
  SimpleRNN: (s, config) => {
    for (const key of ['go_backwards', 'stateful', 'return_state']) s.expect(key, false);
    const output = config['return_sequences'] === true ? 'sequence' : 'last';
    return { type: 'simple_rnn', units: s.number('units'), activation: s.activation(), bias: s.bias(), output };
  },
  GRU: (s, config) => {
    for (const key of ['go_backwards', 'stateful', 'return_state', 'reset_after']) s.expect(key, false);
    s.expect('activation', 'tanh');
    // TensorFlow.js has a gate of straight lines where nothing is said.
    if (config['recurrent_activation'] !== 'sigmoid') {
      s.problem ??= `recurrent_activation ${JSON.stringify(config['recurrent_activation'])}`;
    }
    const output = config['return_sequences'] === true ? 'sequence' : 'last';
    return { type: 'gru', units: s.number('units'), bias: s.bias(), output };
  },
};

/** Classes that are read, for messages and docs. */
export const KNOWN_CLASSES: readonly string[] = ['InputLayer', ...Object.keys(READERS)];
