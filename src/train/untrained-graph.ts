import type { Dataset } from '../ir/dataset.js';
import type { FloatGraph } from '../ir/graph.js';
import type { ModelSpec } from '../ir/model-spec.js';
import { planNetwork } from '../ir/plan-network.js';
import { elementCount } from '../ir/tensor.js';
import { identifierOf, toGraph } from './to-graph.js';

/**
 * The graph that training will give, with zeros for weights: what later stages can look at beforehand.
 * Throws MODEL_INVALID.
 */
export function untrainedGraph(dataset: Dataset, model: ModelSpec): FloatGraph {
  const plan = planNetwork(model, dataset.inputShape);
  const planned = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)];
  const zeros = planned.map(({ shape }) => new Float32Array(elementCount(shape)));
  return toGraph(plan, zeros, identifierOf(dataset.name), dataset, { toolVersion: '', seed: null, inputs: {} });
}
