/** What running an op in some order costs memory. Tensors and ops are numbered from 0, each on its own. */
export interface OrderedOp {
  /** Tensors that it reads, each once. */
  readonly reads: readonly number[];
  readonly writes: number;
  /** Working memory during the op. */
  readonly scratchBytes: number;
  /**
   * Bytes that the op saves where it is the last to read a tensor, by place in `reads`: its output, or its working memory, may
   * then lie over it.
   */
  readonly saves: readonly number[];
}

/** A graph to be ordered: the given order is that of `ops`. */
export interface OrderProblem {
  readonly ops: readonly OrderedOp[];
  /** Size of each tensor. */
  readonly bytes: readonly number[];
  /** Tensors that live after the last op: the output, and what stays in place behind these ops reads. */
  readonly kept: ReadonlySet<number>;
  /** Tensors that live before the first op. */
  readonly given: readonly number[];
}

/** Which ops have run. Live memory depends on this set alone, whatever order led to it. */
export class Progress {
  private constructor(
    private readonly problem: OrderProblem,
    private readonly readers: readonly (readonly number[])[],
    private readonly writer: readonly (number | null)[],
    /** By op: 1 where it has run. */
    readonly done: Uint8Array,
    readonly count: number,
    /** Bytes that live between the ops. */
    readonly live: number,
  ) {}

  static start(problem: OrderProblem): Progress {
    const { ops, bytes, given } = problem;
    const readers = bytes.map((): number[] => []);
    const writer = bytes.map((): number | null => null);
    ops.forEach((op, k) => {
      for (const id of op.reads) readers[id].push(k);
      writer[op.writes] = k;
    });
    const live = given.reduce((n, id) => n + bytes[id], 0);
    return new Progress(problem, readers, writer, new Uint8Array(ops.length), 0, live);
  }

  get complete(): boolean {
    return this.count === this.done.length;
  }

  /** Equal for equal sets. */
  get key(): string {
    return String.fromCharCode(...this.words());
  }

  private words(): Uint16Array {
    const words = new Uint16Array(Math.ceil(this.done.length / 16));
    this.done.forEach((one, k) => {
      if (one === 1) words[k >> 4] |= 1 << (k & 15);
    });
    return words;
  }

  /** Ops whose inputs are there, in the given order. */
  ready(): number[] {
    return this.problem.ops.flatMap((op, k) => {
      const can =
        this.done[k] === 0 && op.reads.every((id) => this.writer[id] === null || this.done[this.writer[id]] === 1);
      return can ? [k] : [];
    });
  }

  /** Does op `k` end the life of the tensor? */
  private dies(id: number, k: number): boolean {
    return !this.problem.kept.has(id) && this.readers[id].every((reader) => reader === k || this.done[reader] === 1);
  }

  /** What op `k` takes while it runs, and what it leaves. */
  step(k: number): { readonly peak: number; readonly live: number } {
    const { ops, bytes } = this.problem;
    const { reads, writes, scratchBytes, saves } = ops[k];
    let freed = 0;
    let saved = 0;
    reads.forEach((id, place) => {
      if (!this.dies(id, k)) return;
      freed += bytes[id];
      saved = Math.max(saved, saves[place]);
    });
    const unread = this.readers[writes].length === 0 && !this.problem.kept.has(writes);
    const during = this.live + bytes[writes];
    return { peak: during + scratchBytes - saved, live: during - freed - (unread ? bytes[writes] : 0) };
  }

  /** With op `k` run as well. */
  after(k: number): Progress {
    const done = this.done.slice();
    done[k] = 1;
    return new Progress(this.problem, this.readers, this.writer, done, this.count + 1, this.step(k).live);
  }
}

/** The most that lives at one step of this order. */
export function peakOf(problem: OrderProblem, order: readonly number[]): number {
  let at = Progress.start(problem);
  let peak = at.live;
  for (const k of order) {
    peak = Math.max(peak, at.step(k).peak);
    at = at.after(k);
  }
  return peak;
}
