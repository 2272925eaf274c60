import type { NetworkPlan } from '../../ir/network-plan.js';
import { Rng } from '../../util/rng.js';
import type { Sparsity } from '../experiment.js';

/** One mask a parameter, or null for a network that keeps all its weights. */
export function masksOf(
  sparsity: Sparsity,
  plan: NetworkPlan,
  weights: readonly Float32Array[],
  seed: number,
): Float32Array[] | null {
  switch (sparsity.kind) {
    case 'none':
      return null;
    case 'unequal-fan-in':
      return weights.map((w, p) => (p === 0 ? unequalRows(plan, seed) : new Float32Array(w.length).fill(1)));
    case 'pruned':
      return weights.map((w) => largest(w, 1 - sparsity.fraction));
  }
}

/** Row j of n of the lowest weights keeps each input with probability (j + 1) / n. */
function unequalRows(plan: NetworkPlan, seed: number): Float32Array {
  const [nodes, inputs] = plan.layers.flatMap((l) => l.parameters)[0].shape;
  const rng = Rng.forPurpose(seed, 'experiment/fan-in');
  return Float32Array.from({ length: nodes * inputs }, (_, i) =>
    rng.uniform() < (Math.floor(i / inputs) + 1) / nodes ? 1 : 0,
  );
}

/** 1 for the given share of the values, by magnitude. */
function largest(values: Float32Array, share: number): Float32Array {
  const sizes = Float32Array.from(values, Math.abs).sort();
  const least = sizes[Math.min(sizes.length - 1, Math.round(sizes.length * (1 - share)))];
  return Float32Array.from(values, (v) => (Math.abs(v) >= least ? 1 : 0));
}
