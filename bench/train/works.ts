// The networks of the training benchmark: those that the MLPerf Tiny suite runs on microcontrollers, and a plain MLP.
import type { LayerSpec, ModelSpec } from '../../src/ir/model-spec.js';
import type { NetworkPlan } from '../../src/ir/network-plan.js';
import { planNetwork } from '../../src/ir/plan-network.js';

export interface Work {
  readonly name: string;
  readonly batch: number;
  readonly classes: number;
  readonly plan: NetworkPlan;
}

const dense = (units: number, activation: 'relu' | 'none'): LayerSpec => ({
  type: 'dense',
  units,
  activation,
  dropout: 0,
  bias: true,
});

const batchNorm = (name: string, activation: 'relu' | 'none'): LayerSpec => ({
  type: 'batch_norm',
  name,
  momentum: 0.9,
  epsilon: 0.001,
  activation,
});

/** A convolution without bias and its normalization; the block's name is the normalization's. */
function convolution(
  name: string,
  filters: number | 'depthwise',
  kernel: readonly [number, number],
  stride: number,
  options: { readonly from?: string; readonly activation?: 'relu' | 'none' } = {},
): LayerSpec[] {
  const shared = {
    name: `${name}_conv`,
    kernel,
    strides: [stride, stride],
    padding: 'same',
    activation: 'none',
    bias: false,
    ...(options.from === undefined ? {} : { from: [options.from] }),
  } as const;
  const conv: LayerSpec =
    filters === 'depthwise'
      ? { type: 'depthwise_conv_2d', multiplier: 1, ...shared }
      : { type: 'conv_2d', filters, ...shared };
  return [conv, batchNorm(name, options.activation ?? 'relu')];
}

const MLP: ModelSpec = { bias: true, layers: [dense(256, 'relu'), dense(256, 'relu'), dense(10, 'none')] };

/** Keyword spotting on 49 × 10 coefficients: the suite's DS-CNN without its dropout. */
const DS_CNN: ModelSpec = {
  bias: true,
  layers: [
    ...convolution('first', 64, [10, 4], 2),
    ...[1, 2, 3, 4].flatMap((i) => [
      ...convolution(`depthwise_${String(i)}`, 'depthwise', [3, 3], 1),
      ...convolution(`pointwise_${String(i)}`, 64, [1, 1], 1),
    ]),
    { type: 'global_average_pool_2d' },
    dense(12, 'none'),
  ],
};

/** Two convolutions and what goes round them; a stride of 2 needs a convolution on the way round too. */
function residual(name: string, before: string, filters: number, stride: number): LayerSpec[] {
  const round: LayerSpec = {
    type: 'conv_2d',
    name: `${name}_round`,
    from: [before],
    filters,
    kernel: [1, 1],
    strides: [stride, stride],
    padding: 'same',
    activation: 'none',
    bias: false,
  };
  return [
    ...convolution(`${name}_a`, filters, [3, 3], stride, { from: before }),
    ...convolution(`${name}_b`, filters, [3, 3], 1, { activation: 'none' }),
    ...(stride === 1 ? [] : [round]),
    { type: 'add', name, from: [stride === 1 ? before : `${name}_round`, `${name}_b`], activation: 'relu' },
  ];
}

/** Image classification on 32 × 32 × 3: the suite's ResNet8. */
const RESNET8: ModelSpec = {
  bias: true,
  layers: [
    ...convolution('first', 16, [3, 3], 1),
    ...residual('stack_1', 'first', 16, 1),
    ...residual('stack_2', 'stack_1', 32, 2),
    ...residual('stack_3', 'stack_2', 64, 2),
    { type: 'global_average_pool_2d' },
    dense(10, 'none'),
  ],
};

const mlp = planNetwork(MLP, [784]);

export const WORKS: readonly Work[] = [
  { name: 'mlp-b64', batch: 64, classes: 10, plan: mlp },
  { name: 'mlp-b1', batch: 1, classes: 10, plan: mlp },
  { name: 'ds-cnn-b32', batch: 32, classes: 12, plan: planNetwork(DS_CNN, [49, 10]) },
  { name: 'resnet8-b32', batch: 32, classes: 10, plan: planNetwork(RESNET8, [32, 32, 3]) },
];
