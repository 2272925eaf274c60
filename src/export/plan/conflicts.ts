import { alignUp, type BufferRequest, type Placed } from './buffers.js';

/**
 * Buffer `over` may lie over the start of buffer `under`, although both live at one step, if it begins at least `distance`
 * bytes below it: an output whose writer has read every byte of its input before it writes there.
 */
export interface Overlap {
  readonly over: number;
  readonly under: number;
  /** At least 1. */
  readonly distance: number;
}

/** Open stretch of offsets. */
interface Forbidden {
  readonly above: number;
  readonly below: number;
}

/** Which buffers meet, how far apart they have to begin, and the places that this leaves. */
export class Conflicts {
  /** overs.get(a)?.get(b): a may begin that far below b. */
  private readonly overs = new Map<number, Map<number, number>>();

  constructor(
    readonly requests: readonly BufferRequest[],
    overlaps: readonly Overlap[],
    private readonly alignment: number,
  ) {
    for (const { over, under, distance } of overlaps) {
      const of = this.overs.get(over) ?? new Map<number, number>();
      of.set(under, distance);
      this.overs.set(over, of);
    }
  }

  meet(a: BufferRequest, b: BufferRequest): boolean {
    return a.first <= b.last && b.first <= a.last;
  }

  /** How far above the start of `low` the start of `high` has to be, at least. */
  separation(low: BufferRequest, high: BufferRequest): number {
    return alignUp(Math.min(low.bytes, this.overs.get(low.id)?.get(high.id) ?? Infinity), this.alignment);
  }

  /** The lowest place beside what is placed; not below `least`. */
  lowest(request: BufferRequest, placed: readonly Placed[], least = 0): number {
    let offset = least;
    for (const { above, below } of this.forbidden(request, placed)) {
      if (above < offset && offset < below) offset = below;
    }
    return offset;
  }

  /** The highest place that ends at or below `top`; null if there is none. */
  highest(request: BufferRequest, placed: readonly Placed[], top: number): number | null {
    let offset = Math.floor((top - request.bytes) / this.alignment) * this.alignment;
    const byEnd = [...this.forbidden(request, placed)].sort((a, b) => b.below - a.below);
    for (const { above, below } of byEnd) if (above < offset && offset < below) offset = above;
    return offset < 0 ? null : offset;
  }

  /** The place that leaves the least room around it: the lowest of the narrowest gap. */
  tightest(request: BufferRequest, placed: readonly Placed[]): number {
    let best: { readonly offset: number; readonly room: number } | null = null;
    let offset = 0;
    for (const { above, below } of this.forbidden(request, placed)) {
      const room = above - offset;
      if (room >= 0 && (best === null || room < best.room)) best = { offset, room };
      offset = Math.max(offset, below);
    }
    return best?.offset ?? offset;
  }

  /** Each in turn, as low as it can. */
  firstFit(order: readonly BufferRequest[]): Placed[] {
    const placed: Placed[] = [];
    for (const request of order) placed.push({ ...request, offset: this.lowest(request, placed) });
    return placed;
  }

  /** Offsets that are taken, from the bottom up; both ends are free. */
  private forbidden(request: BufferRequest, placed: readonly Placed[]): Forbidden[] {
    return placed
      .filter((p) => this.meet(p, request))
      .map((p) => ({ above: p.offset - this.separation(request, p), below: p.offset + this.separation(p, request) }))
      .sort((a, b) => a.above - b.above);
  }
}
