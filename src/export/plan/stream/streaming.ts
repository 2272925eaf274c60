import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph } from '../../../ir/graph.js';
import type { StreamedBlock } from '../../../ir/memory-plan.js';
import { instructionsPerMac } from '../../c/kernel-sets/choose.js';
import type { LoweredOp } from '../../c/ops/lowered-op.js';
import { BlockChoice } from './choose-blocks.js';
import { RowKernels, type PlannedBlock } from './row-kernels.js';
import { scheduleBlock } from './schedule.js';

/** `auto`: where it saves memory at little cost; `off`: nowhere; or these blocks and no others. */
export type Streaming = 'auto' | 'off' | readonly Pick<StreamedBlock, 'firstOp' | 'lastOp' | 'rowsPerTurn'>[];

/** How many more instructions streaming may cost, of all. */
const MOST_INSTRUCTIONS = 0.015;
/** Smaller savings are not worth a loop. */
const LEAST_SAVING = 1 / 20;

/** Bytes of the arena with these blocks. */
export type PlaceBlocks = (blocks: readonly PlannedBlock[]) => number;

/** The blocks that save most memory for little more work: none, where they save next to nothing. */
export function chooseBlocks(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  kernels: KernelSet,
  alignment: number,
  place: PlaceBlocks,
): readonly PlannedBlock[] {
  const macs = ops.reduce((n, op) => n + op.macs, 0);
  const limit = macs * instructionsPerMac(kernels) * MOST_INSTRUCTIONS;
  const choice = new BlockChoice(graph, ops, new RowKernels(graph, ops, kernels), alignment, limit);
  const least = choice.least(limit);
  if (least >= choice.boundBytes) return [];
  let best = choice.within(least)!.blocks;
  // What the placement takes beyond the bound may be used to save instructions.
  const cheaper = choice.within(place(best))!.blocks;
  if (place(cheaper) <= place(best)) best = cheaper;
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
