import type { Activation } from '../../ir/graph.js';
import type { LayerSpec, SequenceOutput } from '../../ir/model-spec.js';
import type { PlannedLayer } from '../../ir/network-plan.js';
import { joinedAxis } from '../../ir/ops/concatenation.js';
import { repeatedFactor } from '../../ir/ops/mul.js';

/** One layer of model.json; the first of a planned layer's carries its name and weights. */
export interface WrittenLayer {
  readonly className: string;
  /** Added to the planned layer's name. */
  readonly suffix: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** It stands between this input and the layers after it, which read all inputs. */
  readonly input?: number;
}

/** The layers of Keras that do what this one does, in order; or why there are none. */
export function writeLayer({ spec, inputShapes, outputShape, parameters }: PlannedLayer): WrittenLayer[] | string {
  const useBias = parameters.some(({ part }) => part === 'bias');
  const image = inputShapes[0]?.length === 2 ? [reshapeTo('_image', [...inputShapes[0], 1])] : [];
  const data_format = 'channels_last';
  switch (spec.type) {
    case 'dense': {
      const flatten = inputShapes[0].length > 1 ? [{ className: 'Flatten', suffix: '_flatten', config: {} }] : [];
      const config = { units: spec.units, activation: keras(spec.activation), use_bias: useBias };
      return [...flatten, { className: 'Dense', suffix: '', config }];
    }
    case 'conv_2d': {
      if (dilatesStrides(spec)) return NO_DILATED_STRIDES;
      const config = { ...windowed(spec), data_format, filters: spec.filters, use_bias: useBias };
      return [...image, { className: 'Conv2D', suffix: '', config }];
    }
    case 'depthwise_conv_2d': {
      if (spec.dilation !== undefined) return 'TensorFlow.js leaves the dilation of its depthwise convolutions out';
      const config = { ...windowed(spec), data_format, depth_multiplier: spec.multiplier, use_bias: useBias };
      return [...image, { className: 'DepthwiseConv2D', suffix: '', config }];
    }
    case 'max_pool_2d':
    case 'average_pool_2d': {
      const className = spec.type === 'max_pool_2d' ? 'MaxPooling2D' : 'AveragePooling2D';
      const { pool, strides, padding } = spec;
      return [...image, { className, suffix: '', config: { pool_size: pool, strides, padding, data_format } }];
    }
    case 'global_average_pool_2d':
      return [...image, { className: 'GlobalAveragePooling2D', suffix: '', config: { data_format } }];
    case 'batch_norm': {
      const config = { axis: -1, momentum: spec.momentum, epsilon: spec.epsilon, center: true, scale: true };
      return [{ className: 'BatchNormalization', suffix: '', config }, ...activation(spec)];
    }
    case 'add':
      return [{ className: 'Add', suffix: '', config: {} }, ...activation(spec)];
    case 'mul': {
      // Keras wants as many axes on both sides.
      const small = repeatedFactor(inputShapes);
      const missing = outputShape.length - inputShapes[small].length;
      const shape = [...new Array<number>(Math.max(0, missing)).fill(1), ...inputShapes[small]];
      const wider = missing > 0 ? [{ ...reshapeTo('_factor', shape), input: small }] : [];
      return [...wider, { className: 'Multiply', suffix: '', config: {} }, ...activation(spec)];
    }
    case 'concatenation': {
      const axis = joinedAxis(spec, inputShapes[0]) + 1;
      return [{ className: 'Concatenate', suffix: '', config: { axis } }];
    }
    case 'pad': {
      const [rows = NONE, columns = NONE, ...others] = spec.pads;
      if (others.some(([before, after]) => before + after > 0)) return 'Keras pads height and width only';
      const padding = { padding: [rows, columns], data_format };
      const flat = image.length > 0 ? [reshapeTo('_flat', outputShape)] : [];
      return [...image, { className: 'ZeroPadding2D', suffix: '', config: padding }, ...flat];
    }
    case 'activation':
      return [{ className: 'Activation', suffix: '', config: { activation: keras(spec.activation) } }];
    case 'dropout':
      return [{ className: 'Dropout', suffix: '', config: { rate: spec.rate } }];
    case 'flatten':
      return [{ className: 'Flatten', suffix: '', config: {} }];
    case 'reshape':
      return [reshapeTo('', outputShape)];
    case 'simple_rnn': {
      const config = { ...recurrent(spec), activation: keras(spec.activation), use_bias: useBias };
      return [{ className: 'SimpleRNN', suffix: '', config }, ...overTime(spec.output)];
    }
    case 'gru': {
      const gates = { activation: 'tanh', recurrent_activation: 'sigmoid', reset_after: false };
      return [
        { className: 'GRU', suffix: '', config: { ...recurrent(spec), ...gates, use_bias: useBias } },
        ...overTime(spec.output),
      ];
    }
    case 'snu':
    case 'rate_code':
      return 'Keras has no spiking layers';
    case 'fake_quantize':
      return 'Keras layers do not round';
  }
}

const NONE = [0, 0] as const;
const NO_DILATED_STRIDES = 'Keras has no convolution with both strides and dilation';

function dilatesStrides({ strides, dilation = [1, 1] }: Extract<LayerSpec, { dilation?: unknown }>): boolean {
  return strides.some((n) => n > 1) && dilation.some((n) => n > 1);
}

/** Keras' name of an activation. */
function keras(name: Activation): string {
  return name === 'none' ? 'linear' : name;
}

function activation({ activation: name }: { readonly activation: Activation }): WrittenLayer[] {
  return name === 'none'
    ? []
    : [{ className: 'Activation', suffix: '_activation', config: { activation: keras(name) } }];
}

function reshapeTo(suffix: string, shape: readonly number[]): WrittenLayer {
  return { className: 'Reshape', suffix, config: { target_shape: [...shape] } };
}

function windowed(spec: Extract<LayerSpec, { type: 'conv_2d' | 'depthwise_conv_2d' }>): Record<string, unknown> {
  const { kernel, strides, padding, dilation = [1, 1] } = spec;
  return { kernel_size: kernel, strides, padding, dilation_rate: dilation, activation: keras(spec.activation) };
}

function recurrent({
  units,
  output,
}: {
  readonly units: number;
  readonly output: SequenceOutput;
}): Record<string, unknown> {
  return { units, return_sequences: output !== 'last', return_state: false, go_backwards: false, stateful: false };
}

function overTime(output: SequenceOutput): WrittenLayer[] {
  return output === 'mean' ? [{ className: 'GlobalAveragePooling1D', suffix: '_mean', config: {} }] : [];
}
