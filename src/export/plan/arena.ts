import { totalOf, type BufferRequest, type Placed } from './buffers.js';
import { Conflicts, type Overlap } from './conflicts.js';
import { liveAt, liveBound } from './live-bound.js';
import { provePlacement, searchOrders, THOROUGH } from './search-orders.js';

export interface BufferLayout {
  /** Offset of each buffer by its id; multiples of the alignment. */
  readonly offsets: ReadonlyMap<number, number>;
  readonly totalBytes: number;
  /** No layout takes less than this. */
  readonly boundBytes: number;
  /** Has it been proven that no layout takes less than `totalBytes`? */
  readonly optimal: boolean;
}

/** Steps where more than this part of the bound lives decide about the arena. */
const FULL = 0.6;

/**
 * Places buffers by lifetime. First those that live where the memory is fullest: most networks end in many small tensors that
 * fit anywhere below, and the fewer buffers there are, the more of their orders can be looked at. Where the others do not
 * fit below after all, everything is placed at once. `placements`: after so many a search gives up.
 */
export function placeBuffers(
  requests: readonly BufferRequest[],
  alignment = 1,
  overlaps: readonly Overlap[] = [],
  placements = THOROUGH,
): BufferLayout {
  const conflicts = new Conflicts(requests, overlaps, alignment);
  const bound = liveBound(requests, conflicts, alignment);
  const full = requests
    .map((r) => r.first)
    .filter((step) => liveAt(requests, step, conflicts, alignment) > FULL * bound);
  const decisive = requests.filter((r) => full.some((step) => r.first <= step && step <= r.last));
  const core = placeTogether(decisive, conflicts, alignment, placements);
  if (decisive.length === requests.length) return layoutOf(core);
  const others = requests.filter((r) => !decisive.includes(r)).sort(bySizeThenTime);
  const placed = [...core.placed];
  for (const request of others) placed.push({ ...request, offset: conflicts.lowest(request, placed) });
  if (totalOf(placed) <= totalOf(core.placed)) return layoutOf({ ...core, placed });
  const together = placeTogether(requests, conflicts, alignment, placements);
  return layoutOf(totalOf(together.placed) <= totalOf(placed) ? together : { ...together, placed });
}

interface Placement {
  readonly placed: readonly Placed[];
  readonly boundBytes: number;
  readonly optimal: boolean;
}

function layoutOf({ placed, boundBytes, optimal }: Placement): BufferLayout {
  const totalBytes = totalOf(placed);
  const offsets = new Map(placed.map((p) => [p.id, p.offset]));
  return { offsets, totalBytes, boundBytes: optimal ? totalBytes : boundBytes, optimal };
}

const bySizeThenTime = (a: BufferRequest, b: BufferRequest): number =>
  b.bytes - a.bytes || a.first - b.first || a.id - b.id;

/**
 * Quick ways are tried first; where none reaches the bound, orders are searched, and where that does not either, what the
 * orders of a small plan can do is gone through to the end:
 * - greedily by size, the largest first, each in the tightest gap among what lives at the same time;
 * - in order of time, alternately from the bottom and from the top of the least memory that any plan needs. For a
 *   chain (each buffer meets only its neighbours) that is the optimum, the largest sum of two neighbours;
 * - backwards in time, each as low as it can: where outputs may lie over the inputs that they come from, each input lies
 *   a little above its output.
 * Deterministic: ties go by first step, then by id.
 */
function placeTogether(
  requests: readonly BufferRequest[],
  conflicts: Conflicts,
  alignment: number,
  placements: number,
): Placement {
  const bySize = [...requests].sort(bySizeThenTime);
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
    if (totalOf(best) > boundBytes) best = searchOrders(start, best, boundBytes, conflicts, placements);
  }
  let optimal = totalOf(best) <= boundBytes;
  if (!optimal) {
    const proof = provePlacement(bySize, best, boundBytes, conflicts, placements);
    best = proof.best;
    optimal = (proof.complete && !conflicts.stepped) || totalOf(best) <= boundBytes;
  }
  return { placed: best, boundBytes, optimal };
}
