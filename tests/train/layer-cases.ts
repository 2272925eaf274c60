import type { Activation } from '../../src/ir/graph.js';
import type { LayerSpec } from '../../src/ir/model-spec.js';
import type { Shape } from '../../src/ir/layer-rule.js';

/** A small network around one layer type, of three classes. */
export interface LayerCase {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly LayerSpec[];
  /** Its outputs jump, so finite differences mean nothing. */
  readonly stepwise?: true;
  /** Keras has no such layers. */
  readonly notInKeras?: true;
}

const dense = (units: number, activation: Activation = 'tanh', dropout = 0): LayerSpec => ({
  type: 'dense',
  units,
  activation,
  dropout,
});
const out = dense(3, 'none');
const conv = (over: Partial<Extract<LayerSpec, { type: 'conv_2d' }>> = {}): LayerSpec => ({
  type: 'conv_2d',
  filters: 4,
  kernel: [3, 3],
  strides: [1, 1],
  padding: 'same',
  activation: 'tanh',
  ...over,
});
const depthwise = (over: Partial<Extract<LayerSpec, { type: 'depthwise_conv_2d' }>> = {}): LayerSpec => ({
  type: 'depthwise_conv_2d',
  multiplier: 1,
  kernel: [3, 3],
  strides: [1, 1],
  padding: 'same',
  activation: 'tanh',
  ...over,
});
const batchNorm: LayerSpec = { type: 'batch_norm', momentum: 0.9, epsilon: 1e-3, activation: 'tanh' };
const window = { pool: [3, 2], strides: [2, 2], padding: 'same' } as const;
const snu = (over: Partial<Extract<LayerSpec, { type: 'snu' }>>): LayerSpec => ({
  type: 'snu',
  units: 5,
  soft: true,
  recurrent: false,
  decay: 0.8,
  threshold: 0.3,
  activation: 'none',
  output: 'mean',
  ...over,
});

export function layerCases(): readonly LayerCase[] {
  const image = [7, 6, 2];
  const series = [4, 3];
  return [
    { name: 'dense', inputShape: [5], layers: [dense(7), dense(6, 'sigmoid'), out] },
    { name: 'dropout', inputShape: [5], layers: [dense(7, 'tanh', 0.4), { type: 'dropout', rate: 0.2 }, out] },
    { name: 'conv_2d', inputShape: image, layers: [conv(), conv({ filters: 5, padding: 'valid' }), out] },
    {
      name: 'conv_2d, many channels',
      inputShape: [7, 6, 8],
      layers: [conv({ filters: 10 }), conv({ filters: 9, padding: 'valid' }), conv({ filters: 8 }), out],
    },
    {
      name: 'conv_2d, strides, even kernel, one channel',
      inputShape: [9, 8],
      layers: [conv({ kernel: [4, 2], strides: [2, 3] }), conv({ kernel: [1, 1] }), out],
    },
    {
      name: 'fake_quantize, rounded weights',
      inputShape: image,
      stepwise: true,
      layers: [
        { type: 'fake_quantize', scale: 0.02, zeroPoint: 3, bits: 8 },
        conv({ rounding: { bits: 8, scales: 'per-channel' } }),
        { type: 'fake_quantize', scale: 0.006, zeroPoint: -10, bits: 8 },
        depthwise({ rounding: { bits: 4, scales: 'per-channel' }, multiplier: 2 }),
        { type: 'fake_quantize', scale: 0.01, zeroPoint: 5, bits: 16 },
        out,
      ],
    },
    {
      name: 'fake_quantize, rounded weights, many channels',
      inputShape: [5, 5, 8],
      stepwise: true,
      layers: [
        conv({ rounding: { bits: 4, scales: 'per-tensor' }, filters: 8, padding: 'valid' }),
        { ...dense(3, 'none'), rounding: { bits: 8, scales: 'per-channel' } } as LayerSpec,
        { type: 'fake_quantize', scale: 0.01, zeroPoint: 0, bits: 8 },
      ],
    },
    { name: 'depthwise_conv_2d', inputShape: image, layers: [depthwise({ multiplier: 2 }), conv(), out] },
    {
      name: 'depthwise_conv_2d, strides',
      inputShape: image,
      layers: [conv(), depthwise({ strides: [2, 2], kernel: [3, 2] }), depthwise({ strides: [1, 2] }), out],
    },
    { name: 'max_pool_2d', inputShape: image, layers: [conv(), { type: 'max_pool_2d', ...window }, dense(4), out] },
    {
      name: 'average_pool_2d',
      inputShape: image,
      layers: [conv(), { type: 'average_pool_2d', ...window }, conv(), { type: 'global_average_pool_2d' }, out],
    },
    { name: 'batch_norm', inputShape: image, layers: [conv({ activation: 'none' }), batchNorm, dense(4), out] },
    { name: 'batch_norm of vectors', inputShape: [5], layers: [dense(6, 'none'), batchNorm, dense(4), out] },
    {
      name: 'add',
      inputShape: image,
      layers: [
        { ...conv(), name: 'a' },
        { ...conv({ activation: 'none' }), name: 'b' },
        { type: 'add', activation: 'tanh', from: ['a', 'b'] },
        { type: 'flatten' },
        out,
      ],
    },
    {
      name: 'mul',
      inputShape: image,
      layers: [
        { ...conv(), name: 'a' },
        { ...conv({ activation: 'none' }), name: 'b' },
        { type: 'mul', activation: 'sigmoid', from: ['a', 'b'], name: 'product' },
        { type: 'mul', activation: 'none', from: ['product', 'product'] },
        out,
      ],
    },
    {
      name: 'mul, one gate a channel',
      inputShape: [5, 4, 3],
      layers: [
        { ...conv({ filters: 9 }), name: 'body' },
        { type: 'global_average_pool_2d' },
        { ...dense(9, 'sigmoid'), name: 'gates' },
        { type: 'mul', activation: 'tanh', from: ['gates', 'body'], name: 'excited' },
        { type: 'reshape', shape: [1, 1, 9], from: ['gates'], name: 'again' },
        { type: 'mul', activation: 'none', from: ['excited', 'again'] },
        out,
      ],
    },
    {
      name: 'concatenation',
      inputShape: image,
      layers: [
        { ...conv({ filters: 5 }), name: 'a' },
        { ...conv({ filters: 3, kernel: [1, 1] }), name: 'b', from: ['input'] },
        { type: 'concatenation', axis: -1, from: ['a', 'b', 'a', 'input'], name: 'channels' },
        { type: 'concatenation', axis: 0, from: ['channels', 'channels'] },
        conv({ strides: [2, 2] }),
        out,
      ],
    },
    {
      name: 'pad',
      notInKeras: true,
      inputShape: image,
      layers: [
        conv({ filters: 3 }),
        {
          type: 'pad',
          pads: [
            [1, 2],
            [0, 3],
          ],
        },
        conv({ filters: 5, padding: 'valid', strides: [2, 1] }),
        {
          type: 'pad',
          pads: [
            [0, 0],
            [1, 0],
            [2, 1],
          ],
        },
        out,
      ],
    },
    {
      name: 'conv_2d, dilation',
      notInKeras: true,
      inputShape: [9, 8, 2],
      layers: [
        conv({ dilation: [2, 3], filters: 9 }),
        conv({ dilation: [2, 1], padding: 'valid', filters: 9 }),
        conv({ dilation: [1, 2], kernel: [3, 2], strides: [2, 1] }),
        out,
      ],
    },
    {
      name: 'what Keras dilates and pads',
      inputShape: [6, 5],
      layers: [
        {
          type: 'pad',
          pads: [
            [1, 2],
            [0, 1],
          ],
        },
        conv({ dilation: [2, 3] }),
        out,
      ],
    },
    {
      name: 'depthwise_conv_2d, dilation',
      notInKeras: true,
      inputShape: [9, 8, 9],
      layers: [
        depthwise({ dilation: [2, 3] }),
        depthwise({ dilation: [3, 2], padding: 'valid', strides: [2, 2] }),
        depthwise({ dilation: [1, 2], multiplier: 2 }),
        out,
      ],
    },
    {
      name: 'reshape, activation',
      inputShape: [12],
      layers: [
        dense(12, 'none'),
        { type: 'reshape', shape: [3, 2, 2] },
        { type: 'activation', activation: 'sigmoid' },
        conv(),
        out,
      ],
    },
    ...(['sequence', 'last', 'mean'] as const).flatMap((output) => [
      {
        name: `simple_rnn, ${output}`,
        inputShape: series,
        layers: [{ type: 'simple_rnn', units: 5, activation: 'tanh', output } as const, dense(4), out],
      },
      {
        name: `gru, ${output}`,
        inputShape: series,
        layers: [{ type: 'gru', units: 4, output } as const, dense(4), out],
      },
    ]),
    {
      name: 'depthwise_conv_2d, uneven strides, one channel',
      inputShape: [6, 5],
      layers: [depthwise({ strides: [1, 2] }), out],
    },
    {
      name: 'gru, a single step',
      inputShape: [1, 3],
      layers: [{ type: 'gru', units: 4, output: 'sequence' }, out],
    },
    {
      name: 'two gru',
      inputShape: series,
      layers: [{ type: 'gru', units: 4, output: 'sequence' }, { type: 'gru', units: 3, output: 'last' }, out],
    },
    {
      name: 'ssnu',
      inputShape: series,
      layers: [snu({ output: 'sequence' }), snu({ recurrent: true, activation: 'sigmoid' }), out],
    },
    {
      name: 'snu',
      inputShape: series,
      layers: [snu({ soft: false, output: 'sequence' }), snu({ soft: false, recurrent: true }), out],
      stepwise: true,
    },
    {
      name: 'rate_code',
      inputShape: [6],
      layers: [
        { type: 'rate_code', steps: 4, gain: 0.8, seed: 3 },
        snu({ soft: false, output: 'sequence' }),
        snu({}),
        out,
      ],
      stepwise: true,
    },
  ];
}
