import type { Activation } from '../../src/ir/graph.js';
import type { Shape } from '../../src/ir/layer-rule.js';
import type { LayerSpec, ModelSpec } from '../../src/ir/model-spec.js';
import type { Rng } from '../../src/util/rng.js';

export interface RandomModel {
  readonly model: ModelSpec;
  readonly inputShape: Shape;
}

const ACTIVATIONS: readonly Activation[] = ['none', 'relu', 'relu6', 'tanh', 'sigmoid'];

/** A small network of three classes: layers, sizes, activations and branches are drawn. */
export function randomModel(rng: Rng): RandomModel {
  const { inputShape, layers } = [vectorNetwork, imageNetwork, sequenceNetwork][rng.below(3)](rng);
  const head = rng.below(2) === 0 ? [dense(rng, 'head')] : [];
  const logits: LayerSpec = { type: 'dense', units: 3, activation: 'none', dropout: 0 };
  return { inputShape, model: { bias: rng.below(3) > 0, layers: [...layers, ...head, logits] } };
}

type Body = { readonly inputShape: Shape; readonly layers: readonly LayerSpec[] };

function pick<T>(rng: Rng, choices: readonly T[]): T {
  return choices[rng.below(choices.length)];
}

const between = (rng: Rng, low: number, high: number): number => low + rng.below(high - low + 1);
const activation = (rng: Rng): Activation => pick(rng, ACTIVATIONS);
const padding = (rng: Rng): 'same' | 'valid' => pick(rng, ['same', 'valid']);

function dense(rng: Rng, name: string, units = between(rng, 2, 8)): LayerSpec {
  return { type: 'dense', name, units, activation: activation(rng), dropout: pick(rng, [0, 0, 0.3]) };
}

/** Mostly none. */
const dilation = (rng: Rng): { readonly dilation?: readonly [number, number] } =>
  rng.below(3) > 0 ? {} : { dilation: [between(rng, 1, 2), between(rng, 1, 2)] };

const batchNorm = (rng: Rng): LayerSpec => ({
  type: 'batch_norm',
  momentum: pick(rng, [0.5, 0.9]),
  // In a batch of four a variance of nearly nothing would decide about everything.
  epsilon: 0.1,
  activation: activation(rng),
});

function vectorNetwork(rng: Rng): Body {
  const layers: LayerSpec[] = [];
  for (let block = between(rng, 1, 3); block > 0; block--) {
    const name = `block${String(block)}`;
    const units = between(rng, 2, 8);
    layers.push(dense(rng, name, units));
    switch (rng.below(5)) {
      case 0:
        layers.push(batchNorm(rng));
        break;
      case 1:
        layers.push({ type: 'dropout', rate: 0.25 });
        break;
      case 2:
        layers.push({ type: 'activation', activation: activation(rng) });
        break;
      case 3:
        layers.push(dense(rng, `${name}_branch`, units));
        layers.push({ type: 'add', activation: activation(rng), from: [name, `${name}_branch`] });
        break;
      default:
    }
  }
  return { inputShape: [between(rng, 2, 9)], layers };
}

function imageNetwork(rng: Rng): Body {
  const size = [between(rng, 5, 8), between(rng, 5, 8)];
  const layers: LayerSpec[] = [];
  const convolution = (name: string, filters: number): LayerSpec => ({
    type: 'conv_2d',
    name,
    filters,
    kernel: [between(rng, 1, 3), between(rng, 1, 3)],
    strides: [1, 1],
    ...dilation(rng),
    padding: 'same',
    activation: activation(rng),
  });
  for (let block = between(rng, 1, 2); block > 0; block--) {
    const name = `block${String(block)}`;
    const filters = between(rng, 1, 4);
    layers.push(convolution(name, filters));
    switch (rng.below(8)) {
      case 0:
        layers.push(batchNorm(rng));
        break;
      case 4:
        layers.push({ type: 'global_average_pool_2d' });
        layers.push(dense(rng, `${name}_gates`, filters));
        layers.push({ type: 'mul', activation: activation(rng), from: [name, `${name}_gates`] });
        break;
      case 5:
        layers.push(convolution(`${name}_branch`, between(rng, 1, 4)));
        layers.push({ type: 'concatenation', axis: -1, from: [`${name}_branch`, name] });
        break;
      case 6:
        layers.push({
          type: 'pad',
          pads: [
            [between(rng, 0, 2), between(rng, 0, 2)],
            [between(rng, 0, 2), 1],
          ],
        });
        break;
      case 1:
        layers.push({
          type: 'depthwise_conv_2d',
          multiplier: between(rng, 1, 2),
          kernel: [between(rng, 1, 3), between(rng, 1, 3)],
          strides: [between(rng, 1, 2), between(rng, 1, 2)],
          ...dilation(rng),
          padding: 'same',
          activation: activation(rng),
        });
        break;
      case 2:
        layers.push(convolution(`${name}_branch`, filters));
        layers.push({ type: 'add', activation: activation(rng), from: [name, `${name}_branch`] });
        break;
      case 3:
        layers.push({
          type: pick(rng, ['max_pool_2d', 'average_pool_2d'] as const),
          pool: [between(rng, 1, 3), 2],
          strides: [2, between(rng, 1, 2)],
          padding: 'same',
        });
        break;
      default:
        layers.push({ type: 'dropout', rate: 0.25 });
    }
  }
  layers.push({
    type: 'conv_2d',
    filters: between(rng, 1, 4),
    kernel: [2, 1],
    strides: [2, 1],
    padding: padding(rng),
    activation: activation(rng),
  });
  if (rng.below(2) === 0) layers.push({ type: 'global_average_pool_2d' });
  return { inputShape: rng.below(2) === 0 ? size : [...size, between(rng, 1, 3)], layers };
}

function sequenceNetwork(rng: Rng): Body {
  const layers: LayerSpec[] = [];
  for (let block = between(rng, 1, 2); block > 0; block--) {
    const output = block > 1 ? 'sequence' : pick(rng, ['sequence', 'last', 'mean'] as const);
    const units = between(rng, 2, 5);
    switch (rng.below(4)) {
      case 0:
        layers.push({ type: 'simple_rnn', units, activation: pick(rng, ['tanh', 'relu', 'sigmoid'] as const), output });
        break;
      case 1:
        layers.push({ type: 'gru', units, output });
        break;
      default:
        layers.push({
          type: 'snu',
          units,
          soft: rng.below(2) === 0,
          recurrent: rng.below(2) === 0,
          decay: pick(rng, [0.5, 0.8]),
          threshold: pick(rng, [0.3, 1]),
          activation: activation(rng),
          output,
        });
    }
  }
  return { inputShape: [between(rng, 1, 6), between(rng, 1, 4)], layers };
}
