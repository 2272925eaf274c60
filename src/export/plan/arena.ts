import { totalOf, type BufferRequest, type Placed } from './buffers.js';
import { Conflicts, type Overlap } from './conflicts.js';
import { liveBound } from './live-bound.js';
import { provePlacement, searchOrders } from './search-orders.js';

export interface BufferLayout {
  /** Offset of each buffer by its id; multiples of the alignment. */
  readonly offsets: ReadonlyMap<number, number>;
  readonly totalBytes: number;
  /** No layout takes less than this. */
  readonly boundBytes: number;
  /** Has it been proven that no layout takes less than `totalBytes`? */
  readonly optimal: boolean;
}

/**
 * Places buffers by lifetime. Quick ways are tried first; where none reaches the bound, orders are searched, and where that
 * does not either, what the orders of a small plan can do is gone through to the end:
 * - greedily by size, the largest first, each in the tightest gap among what lives at the same time;
 * - in order of time, alternately from the bottom and from the top of the least memory that any plan needs. For a
 *   chain (each buffer meets only its neighbours) that is the optimum, the largest sum of two neighbours;
 * - backwards in time, each as low as it can: where outputs may lie over the inputs that they come from, each input lies
 *   a little above its output.
 * Deterministic: ties go by first step, then by id.
 */
export function placeBuffers(
  requests: readonly BufferRequest[],
  alignment = 1,
  overlaps: readonly Overlap[] = [],
): BufferLayout {
  const conflicts = new Conflicts(requests, overlaps, alignment);
  const bySize = [...requests].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id);
  const byTime = [...requests].sort((a, b) => a.first - b.first || a.id - b.id);
  const boundBytes = liveBound(requests, conflicts, alignment);

  const greedy: Placed[] = [];
  for (const request of bySize) greedy.push({ ...request, offset: conflicts.tightest(request, greedy) });
  const twoEnded: Placed[] = [];
  byTime.forEach((request, turn) => {
    const high = turn % 2 === 1 ? conflicts.highest(request, twoEnded, boundBytes) : null;
    twoEnded.push({ ...request, offset: high ?? conflicts.lowest(request, twoEnded) });
  });
  const backwards = conflicts.firstFit([...byTime].reverse());
  let best = [greedy, twoEnded, backwards].reduce((a, b) => (totalOf(b) < totalOf(a) ? b : a));
  for (const start of [bySize, [...byTime].reverse()]) {
    if (totalOf(best) > boundBytes) best = searchOrders(start, best, boundBytes, conflicts);
  }
  let optimal = totalOf(best) <= boundBytes;
  if (!optimal) {
    const proof = provePlacement(bySize, best, boundBytes, conflicts);
    best = proof.best;
    optimal = (proof.complete && !conflicts.stepped) || totalOf(best) <= boundBytes;
  }
  const totalBytes = totalOf(best);
  const offsets = new Map(best.map((p) => [p.id, p.offset]));
  return { offsets, totalBytes, boundBytes: optimal ? totalBytes : boundBytes, optimal };
}
