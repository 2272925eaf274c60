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
  /** How far below it begins is a multiple of this; absent: any number. */
  readonly step?: number;
}

/** Open stretch of offsets. */
interface Forbidden {
  readonly above: number;
  readonly below: number;
}

/** Which buffers meet, how far apart they have to begin, and the places that this leaves. */
export class Conflicts {
  /** overs.get(a)?.get(b): a may begin that far below b. */
  private readonly overs = new Map<number, Map<number, { readonly distance: number; readonly step: number }>>();
  /** May some pair lie at certain distances only? Then the lowest place is not always a best one. */
  readonly stepped: boolean;

  constructor(
    readonly requests: readonly BufferRequest[],
    overlaps: readonly Overlap[],
    private readonly alignment: number,
  ) {
    for (const { over, under, distance, step } of overlaps) {
      const of = this.overs.get(over) ?? new Map<number, { distance: number; step: number }>();
      const every = leastCommonMultiple(alignment, step ?? 1);
      of.set(under, { distance: alignUp(distance, every), step: every });
      this.overs.set(over, of);
    }
    this.stepped = overlaps.some(({ step }) => alignment % (step ?? 1) !== 0);
  }

  meet(a: BufferRequest, b: BufferRequest): boolean {
    return a.first <= b.last && b.first <= a.last;
  }

  /** How far above the start of `low` the start of `high` has to be, at least. */
  separation(low: BufferRequest, high: BufferRequest): number {
    const apart = alignUp(low.bytes, this.alignment);
    return Math.min(apart, this.overs.get(low.id)?.get(high.id)?.distance ?? Infinity);
  }

  /** The lowest place beside what is placed; not below `least`. */
  lowest(request: BufferRequest, placed: readonly Placed[], least = 0): number {
    const meeting = placed.filter((p) => this.meet(p, request));
    let offset = least;
    for (let settled = 0, k = 0; settled < meeting.length; settled++, k = (k + 1) % meeting.length) {
      const next = this.nextBeside(request, meeting[k], offset);
      if (next === offset) continue;
      offset = next;
      settled = 0;
    }
    return offset;
  }

  /** The lowest offset from `offset` on at which the two do not disturb each other. */
  private nextBeside(request: BufferRequest, placed: Placed, offset: number): number {
    const below = placed.offset - offset;
    if (below > 0) {
      if (below >= alignUp(request.bytes, this.alignment)) return offset;
      const over = this.overs.get(request.id)?.get(placed.id);
      if (over !== undefined && below >= over.distance) return placed.offset - (below - (below % over.step));
    } else {
      const under = this.overs.get(placed.id)?.get(request.id);
      if (under !== undefined) {
        const distance = Math.max(under.distance, alignUp(-below, under.step));
        return placed.offset + Math.min(distance, Math.max(-below, alignUp(placed.bytes, this.alignment)));
      }
    }
    const above = this.separation(placed, request);
    return below > 0 || -below < above ? placed.offset + above : offset;
  }

  /** The highest place that ends at or below `top`; null if there is none. */
  highest(request: BufferRequest, placed: readonly Placed[], top: number): number | null {
    let offset = Math.floor((top - request.bytes) / this.alignment) * this.alignment;
    const byEnd = [...this.forbidden(request, placed)].sort((a, b) => b.below - a.below);
    for (const { above, below } of byEnd) if (above < offset && offset < below) offset = above;
    return offset < 0 || this.lowest(request, placed, offset) > offset ? null : offset;
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
    return this.lowest(request, placed, best?.offset ?? offset);
  }

  /** Each in turn, as low as it can. */
  firstFit(order: readonly BufferRequest[]): Placed[] {
    const placed: Placed[] = [];
    for (const request of order) placed.push({ ...request, offset: this.lowest(request, placed) });
    return placed;
  }

  /**
   * Offsets that are taken, from the bottom up; both ends are free. Of distances that have a step, the least counts: what
   * is free by this has still to be held against {@link lowest}.
   */
  private forbidden(request: BufferRequest, placed: readonly Placed[]): Forbidden[] {
    return placed
      .filter((p) => this.meet(p, request))
      .map((p) => ({ above: p.offset - this.separation(request, p), below: p.offset + this.separation(p, request) }))
      .sort((a, b) => a.above - b.above);
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
