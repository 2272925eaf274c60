import type { ImportedModel } from '../../src/import/imported-model.js';
import type { Dataset } from '../../src/ir/dataset.js';
import type { FloatGraph } from '../../src/ir/graph.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { toGraph } from '../../src/train/to-graph.js';

/** An imported float model as the graph that quantization takes. */
export function floatGraphOf({ model, inputShape, parameters }: ImportedModel): FloatGraph {
  const plan = planNetwork(model, inputShape);
  const classNames = Array.from({ length: plan.layers[plan.output].outputSize }, (_, k) => `c${k}`);
  const provenance = { toolVersion: '', seed: null, inputs: {} };
  return toGraph(plan, [...parameters!], 'net', { classNames, inputShape } as unknown as Dataset, provenance);
}
