import type { Shape } from '../ir/layer-rule.js';
import { layerRule } from '../ir/layer-rules.js';
import type { ErrorPropagation } from '../ir/model-spec.js';
import { NETWORK_INPUT, type NetworkPlan } from '../ir/network-plan.js';
import { elementCount } from '../ir/tensor.js';
import { Rng } from '../util/rng.js';

/** A fixed random array that brings the error down in the place of weights. */
export interface PlannedFeedback {
  /** FA: the layer whose weights it replaces. DFA: the anchor at whose output the error arrives. */
  readonly layer: number;
  /** FA: that of the weights. DFA: [anchor values][outputs]. */
  readonly shape: Shape;
  readonly fanIn: number;
}

/** In the order of `TrainingNetwork.readFeedback`: the layers', lowest first. */
export function planFeedback(plan: NetworkPlan, propagation: ErrorPropagation): PlannedFeedback[] {
  switch (propagation) {
    case 'bp':
      return [];
    case 'fa':
      return plan.layers.flatMap((layer) => {
        const isWeighted = layerRule(layer.spec).nodes(layer.spec, layer.inputShapes) !== null;
        if (!isWeighted || !layer.inputs.some((i) => learnsFrom(i, plan))) return [];
        const [{ shape, fanIn }] = layer.parameters;
        return [{ layer: layer.index, shape, fanIn }];
      });
    case 'dfa':
      return plan.hidden.map(({ anchor }) => {
        const values = plan.layers[anchor].outputSize;
        return { layer: anchor, shape: [values, plan.layers[plan.output].outputSize], fanIn: values };
      });
  }
}

/** Whether an error at the output of layer `i` reaches anything that learns. No error goes through drawn spikes. */
export function learnsFrom(i: number, plan: NetworkPlan): boolean {
  if (i === NETWORK_INPUT) return false;
  const { parameters, spec, inputs } = plan.layers[i];
  return parameters.length > 0 || (spec.type !== 'rate_code' && inputs.some((input) => learnsFrom(input, plan)));
}

/** Uniform in ± sqrt(6 / fan-in), as the reference draws them. */
export function initialFeedback(plan: NetworkPlan, propagation: ErrorPropagation, seed: number): Float32Array[] {
  return planFeedback(plan, propagation).map(({ layer, shape, fanIn }) => {
    const rng = Rng.forPurpose(seed, `feedback/${plan.layers[layer].name}`);
    const bound = Math.sqrt(6 / fanIn);
    return Float32Array.from({ length: elementCount(shape) }, () => rng.range(-bound, bound));
  });
}
