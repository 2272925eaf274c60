import { Rng } from '../../util/rng.js';

/** Bytes (or any unit) that must not overlap another buffer whose [first, last] shares a step. */
export interface BufferRequest {
  readonly id: number;
  readonly bytes: number;
  /** First and last step at which the content matters, both included. */
  readonly first: number;
  readonly last: number;
}

export interface BufferLayout {
  /** Offset of each buffer by its id; multiples of the alignment. */
  readonly offsets: ReadonlyMap<number, number>;
  readonly totalBytes: number;
}

type Placed = BufferRequest & { readonly offset: number };

/**
 * Places buffers by lifetime. Two quick ways are tried; where neither reaches the bound, orders are searched:
 * - greedily by size, the largest first, each in the tightest gap among what lives at the same time;
 * - in order of time, alternately from the bottom and from the top of the least memory that any plan needs. For a
 *   chain (each buffer meets only its neighbours) that is the optimum, the largest sum of two neighbours.
 * Deterministic: ties go by first step, then by id.
 */
export function placeBuffers(requests: readonly BufferRequest[], alignment = 1): BufferLayout {
  const bySize = [...requests].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id);
  const byTime = [...requests].sort((a, b) => a.first - b.first || a.id - b.id);
  const bound = liveBound(requests, alignment);

  const greedy: Placed[] = [];
  for (const request of bySize) {
    greedy.push({ ...request, offset: tightestGap(request, greedy, alignment) });
  }
  const twoEnded: Placed[] = [];
  byTime.forEach((request, turn) => {
    const high = turn % 2 === 1 ? highestGap(request, twoEnded, alignment, bound) : null;
    twoEnded.push({ ...request, offset: high ?? lowestGap(request, twoEnded, alignment) });
  });
  const quick = totalOf(twoEnded) < totalOf(greedy) ? twoEnded : greedy;
  const best = totalOf(quick) > bound ? searchOrders(bySize, quick, bound, alignment) : quick;
  return { offsets: new Map(best.map((p) => [p.id, p.offset])), totalBytes: totalOf(best) };
}

const SEARCH_ROUNDS = 4000;

/**
 * Every packing without loose gaps is what first-fit makes of some order, so orders are searched: two places are swapped at
 * a time, and a swap stays unless it makes things worse. Ends at the bound, which no plan can beat. The swaps come from a
 * fixed sequence: same buffers, same plan.
 */
function searchOrders(start: readonly BufferRequest[], quick: Placed[], bound: number, alignment: number): Placed[] {
  const firstFit = (order: readonly BufferRequest[]): Placed[] => {
    const placed: Placed[] = [];
    for (const request of order) placed.push({ ...request, offset: lowestGap(request, placed, alignment) });
    return placed;
  };
  const rng = new Rng(1);
  const order = [...start];
  let best = quick;
  let current = totalOf(firstFit(order));
  for (let round = 0; round < SEARCH_ROUNDS && totalOf(best) > bound; round++) {
    const i = rng.below(order.length);
    const j = rng.below(order.length);
    [order[i], order[j]] = [order[j], order[i]];
    const placed = firstFit(order);
    const total = totalOf(placed);
    if (total <= current) {
      current = total;
      if (total < totalOf(best)) best = placed;
    } else {
      [order[i], order[j]] = [order[j], order[i]];
    }
  }
  return best;
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

function totalOf(placed: readonly Placed[]): number {
  return placed.reduce((n, p) => Math.max(n, p.offset + p.bytes), 0);
}

/** The most that lives at any one step: no plan needs less. */
function liveBound(requests: readonly BufferRequest[], alignment: number): number {
  const at = (step: number): number =>
    requests.filter((r) => r.first <= step && step <= r.last).reduce((n, r) => n + alignUp(r.bytes, alignment), 0);
  return Math.max(0, ...requests.map((r) => at(r.first)));
}

/** Free stretches beside what lives at the same time as `request`, from the bottom up; the last one is endless. */
function gaps(request: BufferRequest, placed: readonly Placed[], alignment: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let start = 0;
  const together = placed.filter((p) => p.first <= request.last && request.first <= p.last);
  for (const p of together.sort((a, b) => a.offset - b.offset)) {
    if (p.offset - start >= request.bytes) found.push({ start, end: p.offset });
    start = Math.max(start, alignUp(p.offset + p.bytes, alignment));
  }
  found.push({ start, end: Infinity });
  return found;
}

function lowestGap(request: BufferRequest, placed: readonly Placed[], alignment: number): number {
  return gaps(request, placed, alignment)[0].start;
}

function tightestGap(request: BufferRequest, placed: readonly Placed[], alignment: number): number {
  const all = gaps(request, placed, alignment);
  return all.reduce((best, gap) => (gap.end - gap.start < best.end - best.start ? gap : best)).start;
}

/** The highest place that ends at or below `top`; null if there is none. */
function highestGap(request: BufferRequest, placed: readonly Placed[], alignment: number, top: number): number | null {
  for (const { start, end } of gaps(request, placed, alignment).reverse()) {
    const offset = Math.floor((Math.min(end, top) - request.bytes) / alignment) * alignment;
    if (offset >= start) return offset;
  }
  return null;
}
