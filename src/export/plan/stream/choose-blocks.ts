import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph } from '../../../ir/graph.js';
import { tensorBytes } from '../../../ir/tensor.js';
import type { LoweredOp } from '../../c/ops/lowered-op.js';
import { arenaRequests } from '../arena-requests.js';
import { Conflicts } from '../conflicts.js';
import { liveAt } from '../live-bound.js';
import type { Views } from '../views.js';
import type { PlannedBlock, RowKernels } from './row-kernels.js';
import { scheduleBlock } from './schedule.js';
import { verticalWindow } from './vertical-window.js';

const LONGEST_BLOCK = 12;
const ROWS_PER_TURN = [1, 2, 3, 4, 5, 6, 8, 12, 16];

/** A network whose ops may take turns. */
export interface Streamable {
  readonly graph: QuantizedGraph;
  readonly ops: readonly LoweredOp[];
  readonly kernels: KernelSet;
  readonly alignment: number;
  readonly views: Views;
}

/** Ops from `first` to `last` as a block, or (null) the one op as it is. */
interface Segment {
  readonly first: number;
  readonly last: number;
  readonly block: PlannedBlock | null;
  /** Bytes that live at its fullest step, at least. */
  readonly bytes: number;
}

/** Blocks of a whole network; what is in none runs as it is. */
interface Division {
  readonly blocks: readonly PlannedBlock[];
  /** More than without blocks. */
  readonly instructions: number;
}

/** The ways to divide a network into single ops and blocks, and the best of them. */
export class BlockChoice {
  private readonly segments: Segment[] = [];
  /** Bytes that live at the fullest op where nothing is streamed. */
  readonly boundBytes: number;

  private readonly graph: QuantizedGraph;
  private readonly ops: readonly LoweredOp[];

  constructor(
    private readonly network: Omit<Streamable, 'kernels'>,
    kernels: RowKernels,
    instructionLimit: number,
  ) {
    const { graph, ops } = network;
    [this.graph, this.ops] = [graph, ops];
    const single = this.liveBytes(null, 0, ops.length - 1);
    single.forEach((bytes, k) => this.segments.push({ first: k, last: k, block: null, bytes }));
    this.boundBytes = Math.max(...single);
    // Less than the input, or than an op that cannot be streamed, no division takes.
    const fixed = single.filter((_, k) => verticalWindow(graph, graph.ops[k]) === null);
    const least = Math.max(tensorBytes(graph.tensors[graph.input]), ...fixed);
    for (let first = 0; first < ops.length; first++) {
      for (let last = first; last < Math.min(ops.length, first + LONGEST_BLOCK); last++) {
        const apart = Math.max(...single.slice(first, last + 1));
        if (apart > least) this.addBlocks(first, last, apart, kernels, instructionLimit);
      }
    }
  }

  private addBlocks(first: number, last: number, apart: number, kernels: RowKernels, instructionLimit: number): void {
    const height = this.graph.tensors[this.graph.ops[last].output].shape[0];
    for (const rows of ROWS_PER_TURN.filter((r) => 2 * r <= height)) {
      const schedule = scheduleBlock(this.graph, first, last, rows);
      if (schedule === null) return;
      const unasked: PlannedBlock = { ...schedule, scratchBytes: new Map(), extraInstructions: 0 };
      // More rows a turn take more; scratch memory and what the kernels say come on top.
      if (Math.max(...this.liveBytes(unasked, first, last)) >= apart) return;
      const block = kernels.plan(schedule);
      if (block === null || block.extraInstructions > instructionLimit) continue;
      const bytes = Math.max(...this.liveBytes(block, first, last));
      if (bytes < apart) this.segments.push({ first, last, block, bytes });
    }
  }

  private liveBytes(block: PlannedBlock | null, first: number, last: number): number[] {
    const { graph, ops, views, alignment } = this.network;
    const { tensors, scratch, overlaps } = arenaRequests(graph, ops, block === null ? [] : [block], views);
    const requests = [...tensors, ...scratch];
    const conflicts = new Conflicts(requests, overlaps, alignment);
    return Array.from({ length: last - first + 1 }, (_, k) => liveAt(requests, first + k, conflicts, alignment));
  }

  /** The blocks that take the fewest instructions of those whose live bytes stay within `bytes`; null if none do. */
  within(bytes: number): Division | null {
    const best: (Division | null)[] = [{ blocks: [], instructions: 0 }];
    for (let end = 1; end <= this.ops.length; end++) {
      let least: Division | null = null;
      for (const { first, last, block, bytes: takes } of this.segments) {
        const before = best[first];
        if (last + 1 !== end || takes > bytes || before === null) continue;
        const instructions = before.instructions + (block?.extraInstructions ?? 0);
        if (least !== null && least.instructions <= instructions) continue;
        least = { blocks: block === null ? before.blocks : [...before.blocks, block], instructions };
      }
      best.push(least);
    }
    return best[this.ops.length];
  }

  /** The same ops with fewer rows a turn, the most first. */
  smaller({ firstOp, lastOp, rowsPerTurn }: PlannedBlock): PlannedBlock[] {
    return this.segments
      .flatMap(({ first, last, block }) => (block !== null && first === firstOp && last === lastOp ? [block] : []))
      .filter((block) => block.rowsPerTurn < rowsPerTurn)
      .sort((a, b) => b.rowsPerTurn - a.rowsPerTurn);
  }

  /** The fewest live bytes that blocks reach with so many instructions more. */
  least(instructionLimit: number): number {
    const bounds = [...new Set(this.segments.map((s) => s.bytes))].sort((a, b) => a - b);
    let [low, high] = [0, bounds.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = this.within(bounds[middle]);
      if (found !== null && found.instructions <= instructionLimit) high = middle;
      else low = middle + 1;
    }
    return Math.min(bounds[low], this.boundBytes);
  }
}
