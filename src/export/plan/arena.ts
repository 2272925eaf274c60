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

/**
 * Places buffers greedily by size: the largest first, each in the tightest gap between those already placed that live
 * at the same time. Deterministic: equal sizes go by first step, then by id. For a chain (each buffer overlaps only
 * its neighbours) the result is the lower bound, the largest sum of two neighbours.
 */
export function placeBuffers(requests: readonly BufferRequest[], alignment = 1): BufferLayout {
  const order = [...requests].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id);
  const placed: (BufferRequest & { offset: number })[] = [];
  for (const request of order) {
    const offset = bestOffset(request, placed, alignment);
    placed.push({ ...request, offset });
  }
  const offsets = new Map(placed.map((p) => [p.id, p.offset]));
  return { offsets, totalBytes: placed.reduce((n, p) => Math.max(n, p.offset + p.bytes), 0) };
}

/** The tightest gap that holds the request, or the end of what is in the way. */
function bestOffset(
  request: BufferRequest,
  placed: readonly (BufferRequest & { offset: number })[],
  alignment: number,
): number {
  const inTheWay = placed
    .filter((p) => p.first <= request.last && request.first <= p.last)
    .sort((a, b) => a.offset - b.offset);
  let best = -1;
  let bestSlack = Infinity;
  let end = 0;
  for (const p of inTheWay) {
    const start = alignUp(end, alignment);
    const slack = p.offset - start - request.bytes;
    if (slack >= 0 && slack < bestSlack) {
      best = start;
      bestSlack = slack;
    }
    end = Math.max(end, p.offset + p.bytes);
  }
  return best >= 0 ? best : alignUp(end, alignment);
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
