import { alignUp, type BufferRequest } from './buffers.js';
import type { Conflicts } from './conflicts.js';

/**
 * The most that lives at any one step: no plan needs less. Of buffers that may lie over each other, the one pair that
 * saves most counts as what it takes together.
 */
export function liveBound(requests: readonly BufferRequest[], conflicts: Conflicts, alignment: number): number {
  return Math.max(0, ...requests.map((r) => liveAt(requests, r.first, conflicts, alignment)));
}

/** The same for one step. */
export function liveAt(
  requests: readonly BufferRequest[],
  step: number,
  conflicts: Conflicts,
  alignment: number,
): number {
  const live = requests.filter((r) => r.first <= step && step <= r.last);
  const size = (r: BufferRequest): number => alignUp(r.bytes, alignment);
  const saved = live.flatMap((low) =>
    live.map((high) => {
      if (low === high) return 0;
      const together = Math.max(conflicts.separation(low, high) + size(high), size(low));
      return size(low) + size(high) - together;
    }),
  );
  // Whatever lies on top is not rounded up.
  const slack = Math.max(0, ...live.map((r) => size(r) - r.bytes));
  return live.reduce((n, r) => n + size(r), 0) - Math.max(0, ...saved) - slack;
}
