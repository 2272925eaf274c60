import type { Rng } from './rng.js';

/** Draws `round(count · fraction)` of the indices 0 … count − 1; both parts come back in ascending order. */
export function partition(count: number, fraction: number, rng: Rng): { kept: Uint32Array; drawn: Uint32Array } {
  const order = rng.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  const drawnCount = Math.round(count * fraction);
  return { drawn: order.slice(0, drawnCount).sort(), kept: order.slice(drawnCount).sort() };
}
