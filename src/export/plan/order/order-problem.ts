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

/** What follows from a problem and serves every set of ops. */
interface Relations {
  /** By tensor: the ops that read it. */
  readonly readers: readonly (readonly number[])[];
  /** By op: the op before it in the given order that can change places with it, or -1. */
  readonly twin: readonly number[];
}

/**
 * Two ops are twins if they read the same, take and save the same, and write as much for the same readers, to which it is all
 * the same which of the two they read: orders in which they change places cost the same.
 */
function relationsOf({ ops, bytes, kept }: OrderProblem): Relations {
  const readers = bytes.map((): number[] => []);
  ops.forEach((op, k) => op.reads.forEach((id) => readers[id].push(k)));
  const last = new Map<string, number>();
  const twin = ops.map((op, k) => {
    const saved = readers[op.writes].map((r) => ops[r].saves[ops[r].reads.indexOf(op.writes)]);
    const { reads, saves, scratchBytes, writes } = op;
    const kind = JSON.stringify([reads, saves, scratchBytes, bytes[writes], kept.has(writes), readers[writes], saved]);
    const before = last.get(kind) ?? -1;
    last.set(kind, k);
    return before;
  });
  return { readers, twin };
}

/** Which ops have run. Live memory depends on this set alone, whatever order led to it. */
export class Progress {
  private constructor(
    private readonly problem: OrderProblem,
    private readonly relations: Relations,
    /** By op: 1 where it has run. */
    readonly done: Uint8Array,
    /** By op: tensors that it reads and that are not there yet. */
    private readonly missing: Uint32Array,
    /** By tensor: ops that will read it. */
    private readonly wanted: Uint32Array,
    readonly count: number,
    /** Bytes that live between the ops. */
    readonly live: number,
  ) {}

  static start(problem: OrderProblem): Progress {
    const { ops, bytes, given } = problem;
    const relations = relationsOf(problem);
    const written = new Set(ops.map(({ writes }) => writes));
    const missing = Uint32Array.from(ops, ({ reads }) => reads.filter((id) => written.has(id)).length);
    const wanted = Uint32Array.from(relations.readers, (of) => of.length);
    const live = given.reduce((n, id) => n + bytes[id], 0);
    return new Progress(problem, relations, new Uint8Array(ops.length), missing, wanted, 0, live);
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

  /** Ops whose inputs are there, in the given order; of twins the first. */
  ready(): number[] {
    const { done, missing } = this;
    const { twin } = this.relations;
    const found: number[] = [];
    for (let k = 0; k < done.length; k++) {
      if (done[k] === 0 && missing[k] === 0 && (twin[k] < 0 || done[twin[k]] === 1)) found.push(k);
    }
    return found;
  }

  /** What op `k` takes while it runs, and what it leaves. */
  step(k: number): { readonly peak: number; readonly live: number } {
    const { ops, bytes, kept } = this.problem;
    const { reads, writes, scratchBytes, saves } = ops[k];
    let freed = 0;
    let saved = 0;
    reads.forEach((id, place) => {
      if (this.wanted[id] > 1 || kept.has(id)) return;
      freed += bytes[id];
      saved = Math.max(saved, saves[place]);
    });
    const unread = this.wanted[writes] === 0 && !kept.has(writes);
    const during = this.live + bytes[writes];
    return { peak: during + scratchBytes - saved, live: during - freed - (unread ? bytes[writes] : 0) };
  }

  /** With op `k` run as well. */
  after(k: number): Progress {
    const { problem, relations } = this;
    const [done, missing, wanted] = [this.done.slice(), this.missing.slice(), this.wanted.slice()];
    done[k] = 1;
    for (const id of problem.ops[k].reads) wanted[id]--;
    for (const reader of relations.readers[problem.ops[k].writes]) missing[reader]--;
    return new Progress(problem, relations, done, missing, wanted, this.count + 1, this.step(k).live);
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
