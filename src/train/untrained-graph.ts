import type { Dataset } from '../ir/dataset.js';
import type { FloatGraph } from '../ir/graph.js';
import type { ModelSpec } from '../ir/model-spec.js';
import type { TrainOptions } from '../ir/options.js';
import { planNetwork } from '../ir/plan-network.js';
import { elementCount } from '../ir/tensor.js';
import { identifierOf, toGraph } from './to-graph.js';

/**
 * The graph that training will give, with zeros for weights and threshold: what later stages can look at beforehand.
 * Throws MODEL_INVALID.
 */
export function untrainedGraph(dataset: Dataset, model: ModelSpec, { loss }: Pick<TrainOptions, 'loss'>): FloatGraph {
  const plan = planNetwork(model, dataset.inputShape);
  const planned = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)];
  const zeros = planned.map(({ shape }) => new Float32Array(elementCount(shape)));
  const task =
    loss === 'reconstruction' ? ({ kind: 'reconstruct', threshold: 0, normalClasses: [] } as const) : undefined;
  const provenance = { toolVersion: '', seed: null, inputs: {} };
  return toGraph(plan, zeros, identifierOf(dataset.name), dataset, provenance, task);
}
