import type { Activation } from '../../ir/graph.js';
import type { DenseLayerSpec, LayerSpec } from '../../ir/model-spec.js';
import type { TrainTask } from '../experiment.js';

export function dense(units: number, activation: Activation = 'none'): DenseLayerSpec {
  return { type: 'dense', units, activation, dropout: 0 };
}

/** Hidden layers of the given widths under ten outputs. */
export function mlp(hidden: readonly number[], activation: Activation): LayerSpec[] {
  return [...hidden.map((units) => dense(units, activation)), dense(10)];
}

/** Training from random weights, with what most cases share. */
export function training(
  layers: readonly LayerSpec[],
  more: Pick<TrainTask, 'epochs' | 'goal'> & Partial<TrainTask>,
): TrainTask {
  return {
    kind: 'train',
    layers,
    optimizer: 'sgd',
    propagation: 'bp',
    batchSize: 32,
    sparsity: { kind: 'none' },
    ...more,
  };
}
