// Shapes, parameters and multiplications of planned networks, against the published sizes of MLPerf Tiny's models.
import t from 'tap';
import type { LayerSpec, ModelSpec, Pair } from '../../src/ir/model-spec.js';
import type { NetworkPlan } from '../../src/ir/network-plan.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { windowGeometry } from '../../src/ir/ops/window.js';
import { elementCount } from '../../src/ir/tensor.js';

interface Extras {
  readonly strides?: Pair;
  readonly name?: string;
  readonly from?: readonly string[];
}

const conv = (filters: number, kernel: Pair, more: Extras = {}): LayerSpec => ({
  type: 'conv_2d',
  filters,
  kernel,
  strides: [1, 1],
  padding: 'same',
  activation: 'none',
  ...more,
});
const depthwise = (strides: Pair = [1, 1]): LayerSpec => ({
  type: 'depthwise_conv_2d',
  multiplier: 1,
  kernel: [3, 3],
  strides,
  padding: 'same',
  activation: 'none',
});
const norm = (activation: 'relu' | 'none' = 'relu', name?: string): LayerSpec => ({
  type: 'batch_norm',
  momentum: 0.99,
  epsilon: 0.001,
  activation,
  ...(name === undefined ? {} : { name }),
});
const dense = (units: number, activation: 'relu' | 'none' = 'none'): LayerSpec => ({
  type: 'dense',
  units,
  activation,
  dropout: 0,
});
const pooled: LayerSpec = { type: 'global_average_pool_2d' };
const model = (...layers: LayerSpec[]): ModelSpec => ({ bias: true, layers });

const macs = (plan: NetworkPlan): number => plan.layers.reduce((n, layer) => n + layer.macs, 0);
const parameters = (plan: NetworkPlan): number =>
  plan.layers.flatMap((layer) => layer.parameters).reduce((n, { shape }) => n + elementCount(shape), 0);

const dsCnn = model(
  conv(64, [10, 4], { strides: [2, 2] }),
  norm(),
  ...[1, 2, 3, 4].flatMap(() => [depthwise(), norm(), conv(64, [1, 1]), norm()]),
  pooled,
  dense(12),
);

function residual(filters: number, stride: number, below: string, name: string): LayerSpec[] {
  const shortcut =
    stride === 1 ? [] : [conv(filters, [1, 1], { strides: [stride, stride], from: [below], name: `${name}_skip` })];
  return [
    conv(filters, [3, 3], { strides: [stride, stride], from: [below] }),
    norm(),
    conv(filters, [3, 3]),
    norm('none', `${name}_main`),
    ...shortcut,
    { type: 'add', name, from: [`${name}_main`, stride === 1 ? below : `${name}_skip`], activation: 'relu' },
  ];
}

const resnet8 = model(
  conv(16, [3, 3]),
  norm('relu', 'stem'),
  ...residual(16, 1, 'stem', 'stack1'),
  ...residual(32, 2, 'stack1', 'stack2'),
  ...residual(64, 2, 'stack2', 'stack3'),
  pooled,
  dense(10),
);

const mobilenet = model(
  conv(8, [3, 3], { strides: [2, 2] }),
  norm(),
  ...(
    [
      [1, 16],
      [2, 32],
      [1, 32],
      [2, 64],
      [1, 64],
      [2, 128],
      [1, 128],
      [1, 128],
      [1, 128],
      [1, 128],
      [1, 128],
      [2, 256],
      [1, 256],
    ] as const
  ).flatMap(([stride, filters]) => [depthwise([stride, stride]), norm(), conv(filters, [1, 1]), norm()]),
  pooled,
  dense(2),
);

const autoencoder = model(
  ...[128, 128, 128, 128, 8, 128, 128, 128, 128].map((units) => dense(units, 'relu')),
  dense(640),
);

t.test('multiplications of the four MLPerf Tiny networks', (test) => {
  test.equal(macs(planNetwork(dsCnn, [49, 10])), 2_656_768);
  test.equal(macs(planNetwork(resnet8, [32, 32, 3])), 12_501_632);
  test.equal(macs(planNetwork(mobilenet, [96, 96, 3])), 7_489_664);
  test.equal(macs(planNetwork(autoencoder, [640])), 264_192);
  test.end();
});

t.test('shapes and parameters, layer by layer', (test) => {
  const plan = planNetwork(resnet8, [32, 32, 3]);
  const shapeOf = (name: string): readonly number[] => plan.layers.find((layer) => layer.name === name)!.outputShape;
  test.same(
    [shapeOf('stem'), shapeOf('stack2'), shapeOf('stack3')],
    [
      [32, 32, 16],
      [16, 16, 32],
      [8, 8, 64],
    ],
  );
  // 3·3·(3·16 + 2·16·16 + 16·32 + 32·32 + 32·64 + 64·64) + 16·32 + 32·64 weights, 10·64 of the dense layer; biases of
  // nine convolutions and the dense layer; gamma and beta of seven norms.
  const weights = 9 * (48 + 512 + 512 + 1024 + 2048 + 4096) + 512 + 2048 + 640;
  test.equal(parameters(plan), weights + (3 * 16 + 3 * 32 + 3 * 64 + 10) + 2 * (3 * 16 + 2 * 32 + 2 * 64));
  test.same(
    plan.layers[1].state.map((s) => s.name),
    ['stem_moving_mean', 'stem_moving_variance'],
  );
  const gru = planNetwork(model({ type: 'gru', units: 5, output: 'last' }, dense(3)), [7, 4]).layers[0];
  test.same(
    gru.parameters.map((p) => p.shape),
    [[15, 4], [15, 5], [15]],
  );
  test.equal(gru.macs, 7 * 15 * 9);
  test.end();
});

t.test('which layers are hidden, and where their factor acts', (test) => {
  const names = (spec: ModelSpec, shape: readonly number[]): string[][] => {
    const { hidden, layers } = planNetwork(spec, shape);
    return hidden.map(({ layer, anchor, nodes }) => [layers[layer].name, layers[anchor].name, String(nodes)]);
  };
  test.same(names(resnet8, [32, 32, 3]).slice(0, 3), [
    ['conv_2d_0', 'stem', '16'],
    ['conv_2d_2', 'batch_norm_3', '16'],
    ['conv_2d_4', 'stack1_main', '16'],
  ]);
  const dropped = model({ type: 'dense', name: 'a', units: 4, activation: 'relu', dropout: 0.5 }, dense(2));
  test.same(names(dropped, [3]), [['a', 'a_dropout', '4']], 'the mask and the derivative are yet to come');
  test.same(names(model(conv(10, [1, 1]), pooled), [4, 4, 2]), [], 'what no further weights see is the output');
  const pool: LayerSpec = { type: 'max_pool_2d', pool: [2, 2], strides: [2, 2], padding: 'valid' };
  test.same(names(model(conv(6, [3, 3]), pool, dense(2)), [8, 8]), [['conv_2d_0', 'conv_2d_0', '6']], 'before a pool');
  test.end();
});

t.test('padding as TensorFlow pads', (test) => {
  const at = (size: number, kernel: number, stride: number, padding: 'same' | 'valid'): number[] => {
    const g = windowGeometry(size, size, { kernel: [kernel, kernel], strides: [stride, stride], padding });
    return [g.outputHeight, g.padTop];
  };
  test.same(at(5, 3, 1, 'same'), [5, 1]);
  test.same(at(5, 2, 1, 'same'), [5, 0], 'the odd element goes below');
  test.same(at(6, 3, 2, 'same'), [3, 0]);
  test.same(at(49, 10, 2, 'same'), [25, 4]);
  test.same(at(6, 3, 2, 'valid'), [2, 0]);
  test.same(at(2, 1, 3, 'same'), [1, 0], 'a stride beyond the window pads nothing');
  test.end();
});

t.test('layers that do not fit together', (test) => {
  const refused = (spec: ModelSpec, shape: readonly number[], context: object, message: RegExp): void => {
    test.throws(() => planNetwork(spec, shape), { code: 'MODEL_INVALID', context, message });
  };
  refused(model(conv(2, [3, 3])), [20], { layer: 'conv_2d_0', place: 0 }, /\[20\]/);
  const tight: LayerSpec = { ...conv(2, [5, 5]), padding: 'valid' } as LayerSpec;
  refused(model(tight), [4, 4, 1], { layer: 'conv_2d_0' }, /5×5.*\[4, 4, 1\]/);
  const a = conv(2, [1, 1], { name: 'a' });
  const b = conv(3, [1, 1], { name: 'b' });
  const add: LayerSpec = { type: 'add', from: ['a', 'b'], activation: 'none' };
  refused(model(a, b, add), [4, 4], { layer: 'add_2', place: 2 }, /\[4, 4, 2\] and \[4, 4, 3\]/);
  refused(model(a, { ...a }), [4, 4], { layer: 'a' }, /Two layers/);
  refused(model(conv(2, [1, 1], { from: ['z'] })), [4, 4], { from: 'z' }, /does not stand before/);
  refused(model(a, conv(2, [1, 1], { from: ['input'] })), [4, 4], { layer: 'a' }, /read by no other/);
  refused(model({ type: 'reshape', shape: [3, 5] }, dense(2)), [16], { layer: 'reshape_0' }, /15 values.*16/);
  refused(model({ type: 'gru', units: 3, output: 'last' }), [16], { layer: 'gru_0' }, /\[steps, features\]/);
  refused(model({ type: 'lstm' } as never), [16], { type: 'lstm' }, /there are dense, conv_2d/);
  refused(model(), [16], {}, /no layers/);
  test.end();
});
