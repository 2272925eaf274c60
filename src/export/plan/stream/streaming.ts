import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph } from '../../../ir/graph.js';
import type { StreamedBlock } from '../../../ir/memory-plan.js';
import { instructionsPerMac } from '../../c/kernel-sets/choose.js';
import type { LoweredOp } from '../../c/ops/lowered-op.js';
import { BlockChoice, type Streamable } from './choose-blocks.js';
import { RowKernels, type PlannedBlock } from './row-kernels.js';
import { scheduleBlock } from './schedule.js';

/** `auto`: where it saves memory at little cost; `off`: nowhere; or these blocks and no others. */
export type Streaming = 'auto' | 'off' | readonly Pick<StreamedBlock, 'firstOp' | 'lastOp' | 'rowsPerTurn'>[];

/** How many more instructions streaming may cost, of all. */
const MOST_INSTRUCTIONS = 0.015;
/** An arena so close to the bound is not worth more search. */
const NEAR_BOUND = 1 / 50;
/** What more turns have to save. */
const WORTH_TURNS = 1 / 100;
/** Smaller savings are not worth a loop. */
const LEAST_SAVING = 1 / 20;

/** Bytes of the arena with these blocks. */
export type PlaceBlocks = (blocks: readonly PlannedBlock[]) => number;

/**
 * The blocks that save most memory for little more work: none, where they save next to nothing. `trial` is a quicker `place`,
 * good enough to compare.
 */
export function chooseBlocks(
  { graph, ops, kernels, alignment, views }: Streamable,
  place: PlaceBlocks,
  trial: PlaceBlocks,
): readonly PlannedBlock[] {
  const macs = ops.reduce((n, op) => n + op.macs, 0);
  const limit = macs * instructionsPerMac(kernels) * MOST_INSTRUCTIONS;
  const choice = new BlockChoice({ graph, ops, alignment, views }, new RowKernels(graph, ops, kernels), limit);
  const least = choice.least(limit);
  if (least >= choice.boundBytes) return [];
  let best = choice.within(least)!.blocks;
  // What the placement takes beyond the bound may be used to save instructions.
  const cheaper = choice.within(place(best))!.blocks;
  if (place(cheaper) <= place(best)) best = cheaper;
  // Fewer rows a turn let an output begin closer below its input, which the bound does not see in a row of blocks.
  if (place(best) > least * (1 + NEAR_BOUND)) {
    let closer = best;
    for (let k = 0; k < best.length; k++) {
      for (const block of choice.smaller(closer[k])) {
        const other = closer.map((b, j) => (j === k ? block : b));
        const instructions = other.reduce((n, b) => n + b.extraInstructions, 0);
        if (instructions > limit || trial(other) > trial(closer) * (1 - WORTH_TURNS)) continue;
        closer = other;
      }
    }
    if (closer !== best && place(closer) <= place(best) * (1 - WORTH_TURNS)) best = closer;
  }
  return place(best) <= place([]) * (1 - LEAST_SAVING) ? best : [];
}

/** Blocks as asked for. */
export function blocksAsAsked(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  kernels: KernelSet,
  asked: Exclude<Streaming, string>,
): PlannedBlock[] {
  const rowKernels = new RowKernels(graph, ops, kernels);
  return asked.map(({ firstOp, lastOp, rowsPerTurn }) => {
    const schedule = scheduleBlock(graph, firstOp, lastOp, rowsPerTurn);
    const block = schedule === null ? null : rowKernels.plan(schedule);
    if (block === null) throw new RangeError(`ops ${firstOp} to ${lastOp} cannot be streamed by ${rowsPerTurn} rows`);
    return block;
  });
}
