import type { BatchResult, Step, TrainingNetwork } from '../../train/engine.js';
import { Rng } from '../../util/rng.js';
import type { NodeRule } from '../experiment.js';

/**
 * A step of plain descent in which the update of each hidden node's incoming weights is multiplied by the rule's factor.
 * With one hidden layer that is the same as a factor on the node's error.
 * @param network two dense layers without biases, [hidden][in] and [out][hidden]
 */
export function nodeRuleStep(network: TrainingNetwork, rule: NodeRule, step: Step, seed: number): BatchResult {
  const { result, gradients } = network.gradients(step);
  const weights = network.readParameters();
  const [nodes, inputs] = network.plan.layers[0].parameters[0].shape;
  const factors = nodeFactors(weights, nodes, rule, seed);
  gradients[0].forEach((g, i) => (weights[0][i] -= step.learningRate * factors[Math.floor(i / inputs)] * g));
  gradients[1].forEach((g, i) => (weights[1][i] -= step.learningRate * g));
  network.writeParameters(weights);
  return result;
}

/** 1 / (in · out) over the layer's mean of it, limited to [1/20, 20]; nodes without weights have 1. */
export function nodeFactors(
  [incoming, outgoing]: readonly Float32Array[],
  nodes: number,
  rule: NodeRule,
  seed: number,
): Float64Array {
  const inputs = incoming.length / nodes;
  const outputs = outgoing.length / nodes;
  const inverse = Float64Array.from({ length: nodes }, (_, j) => {
    let into = 0;
    let out = 0;
    for (let i = 0; i < inputs; i++) into += Math.abs(incoming[j * inputs + i]);
    for (let k = 0; k < outputs; k++) out += Math.abs(outgoing[k * nodes + j]);
    return into * out > 0 ? 1 / (into * out) : 0;
  });
  const mean = inverse.reduce((a, b) => a + b, 0) / nodes;
  const factors = inverse.map((v) => (v > 0 ? Math.min(20, Math.max(0.05, v / mean)) : 1));
  if (rule === 'inverse-in-out') return factors;
  const dealt = Rng.forPurpose(seed, 'experiment/shuffled-nodes').shuffle(Array.from({ length: nodes }, (_, j) => j));
  return Float64Array.from(dealt, (j) => factors[j]);
}
