import { Rng } from '../../util/rng.js';
import { totalOf, type BufferRequest, type Placed } from './buffers.js';
import type { Conflicts } from './conflicts.js';

/** Buffers placed before a search, or a proof, gives up: half a second or so for each. */
export const THOROUGH = 25_000;
const SEARCH_ROUNDS = 4000;

/**
 * Every packing without loose gaps is what first-fit makes of some order, so orders are searched: one is moved or two
 * are swapped at a time, and that stays unless it makes things worse. Ends at the bound, which no plan can beat. The moves
 * come from a fixed sequence: same buffers, same plan.
 */
export function searchOrders(
  start: readonly BufferRequest[],
  quick: readonly Placed[],
  bound: number,
  conflicts: Conflicts,
  placements = THOROUGH,
): Placed[] {
  const rng = new Rng(1);
  let order = [...start];
  let best = [...quick];
  let current = totalOf(conflicts.firstFit(order));
  const rounds = Math.min(SEARCH_ROUNDS, Math.floor(placements / order.length));
  for (let round = 0; round < rounds && totalOf(best) > bound; round++) {
    const i = rng.below(order.length);
    const j = rng.below(order.length);
    const other = [...order];
    if (round % 2 === 0) [other[i], other[j]] = [other[j], other[i]];
    else other.splice(j, 0, ...other.splice(i, 1));
    const placed = conflicts.firstFit(other);
    const total = totalOf(placed);
    if (total > current) continue;
    current = total;
    order = other;
    if (total < totalOf(best)) best = placed;
  }
  return best;
}

/**
 * Branch and bound over all packings. Some best packing has, taken from the bottom up, each buffer at the lowest place
 * that the ones below leave it; so buffers are placed from the bottom up, and a branch ends where one that is left
 * can no longer stay below the best total known.
 * @returns `complete`: every branch was ended by its bound, so `best` is the optimum
 */
export function provePlacement(
  requests: readonly BufferRequest[],
  known: readonly Placed[],
  bound: number,
  conflicts: Conflicts,
  placements = THOROUGH,
): { readonly best: Placed[]; readonly complete: boolean } {
  let best = [...known];
  let least = totalOf(best);
  let left = placements;

  const branch = (placed: Placed[], rest: readonly BufferRequest[], floor: number): void => {
    if (rest.length === 0) {
      best = [...placed];
      least = totalOf(best);
      return;
    }
    left -= rest.length;
    if (left < 0) return;
    const next = rest.map((r): Placed => ({ ...r, offset: conflicts.lowest(r, placed, floor) }));
    if (next.some((p) => p.offset + p.bytes >= least)) return;
    // Lower places first; what begins above another's end can wait for it.
    const reach = Math.min(...next.map((p) => p.offset + p.bytes));
    const candidates = next.filter((p) => p.offset <= reach).sort((a, b) => a.offset - b.offset || b.bytes - a.bytes);
    for (const p of candidates) {
      if (least <= bound || left < 0) return;
      branch(
        [...placed, p],
        rest.filter((r) => r.id !== p.id),
        p.offset,
      );
    }
  };
  branch([], requests, 0);
  return { best, complete: left >= 0 };
}
