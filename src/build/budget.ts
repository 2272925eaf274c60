import { memoryBytes, type Board } from '../boards/descriptor.js';
import { ToolError } from '../errors/tool-error.js';
import type { ImageSizes } from '../ir/firmware-image.js';
import { shortTensorName, type MemoryPlan, type NumberSource, type SizedNumber } from '../ir/memory-plan.js';
import type { BudgetOptions } from '../ir/options.js';

/** What of a plan says whether it fits. */
export type PlannedMemory = Pick<
  MemoryPlan,
  'constants' | 'constantBytes' | 'arenaBytes' | 'learn' | 'tensors' | 'peak' | 'ops'
>;

type Memory = 'flash' | 'ram' | 'stack';

interface Need {
  readonly memory: Memory;
  readonly bytes: number;
  readonly source: NumberSource;
}

interface Item {
  readonly name: string;
  readonly bytes: number;
}

const NAMED = 5;

/** Variables of firmware/app/model.c whose parts the plan names one by one. */
const PLANNED_SYMBOLS: readonly string[] = ['arena', 'learning'];

/**
 * What the firmware takes, as well as it is known: from the image where it has the number, else what the plan knows
 * exactly (constants in flash, arena and learning state in RAM; code is left out, since it is only an estimate).
 * A process on the host has no sizes of its own: there a budget holds the plan's part.
 */
function needs(plan: PlannedMemory, sizes: ImageSizes | null): Need[] {
  const planned = (bytes: number): SizedNumber => ({ bytes, source: 'planned' });
  const known: [Memory, SizedNumber | null][] = [
    ['flash', sizes?.flash ?? planned(plan.constantBytes)],
    ['ram', sizes?.ram ?? planned(plan.arenaBytes + (plan.learn?.ramBytes ?? 0))],
    ['stack', sizes?.stack ?? null],
  ];
  return known.flatMap(([memory, size]) => (size === null ? [] : [{ memory, ...size }]));
}

/** What a board gives, null where it sets no limit. Static RAM must leave room for the stack. */
function boardLimit(board: Board, memory: Memory): number | null {
  const { chip } = board;
  if (memory === 'stack') return chip.stackReserveBytes;
  const total = memoryBytes(chip, memory);
  if (total === 0) return null;
  return memory === 'ram' ? total - (chip.stackReserveBytes ?? 0) : total;
}

/** What takes most of a memory: tensors first, since they are what a user can change. */
function largestIn(memory: Memory, plan: PlannedMemory, sizes: ImageSizes | null): Item[] {
  if (memory === 'stack') {
    const chain = sizes?.stackBounds[0]?.chain ?? [];
    return largest(chain.map(({ symbol, bytes }) => ({ name: symbol, bytes })));
  }
  const symbols = (sizes?.largest ?? []).filter(
    ({ memory: where, name }) => where === memory && !PLANNED_SYMBOLS.includes(name),
  );
  if (memory === 'flash') return largest([...plan.constants, ...symbols.filter((s) => s.bytes > plan.constantBytes)]);
  const learn = plan.learn;
  const state =
    learn === null
      ? []
      : [
          { name: 'learning: weights', bytes: learn.weightBytes },
          { name: 'learning: scratch', bytes: learn.scratchBytes },
          { name: 'learning: node sums', bytes: learn.nodeSumBytes },
        ];
  return largest([...plan.tensors, ...state, ...symbols.filter((s) => s.bytes > plan.arenaBytes)]);
}

function largest(items: readonly Item[]): Item[] {
  const sorted = [...items].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return sorted.slice(0, NAMED);
}

/**
 * Holds the memory needs against the board and the project's budget. `ramBytes` of a budget limits static RAM,
 * `stackBytes` the worst-case stack.
 * @param sizes Of the built firmware; null when only the plan is known
 * @throws ToolError DOES_NOT_FIT or BUDGET_EXCEEDED, naming what takes most
 */
export function checkBudget(plan: PlannedMemory, sizes: ImageSizes | null, budget: BudgetOptions, board: Board): void {
  const all = needs(plan, sizes);
  refuse('DOES_NOT_FIT', (memory) => boardLimit(board, memory), `what ${board.id} has`);
  refuse('BUDGET_EXCEEDED', (memory) => budget[`${memory}Bytes`], 'the budget');

  /** Names every memory that is too small at once; the first is the one of the context. */
  function refuse(code: string, limitOf: (memory: Memory) => number | null, whose: string): void {
    const overruns = all.flatMap((need) => {
      const limit = limitOf(need.memory);
      return limit === null || need.bytes <= limit ? [] : [{ need, limit, items: largestIn(need.memory, plan, sizes) }];
    });
    if (overruns.length === 0) return;
    const [{ need, limit, items }] = overruns;
    const { peak } = plan;
    throw new ToolError(code, overruns.map((overrun) => sentence(overrun, whose)).join(' '), {
      context: {
        board: board.id,
        memory: need.memory,
        needBytes: need.bytes,
        limitBytes: limit,
        source: need.source,
        largest: items.map(({ name, bytes }) => `${name} ${bytes} B`),
        ...(need.memory === 'ram' ? { peakOp: peak.opName, peakBytes: peak.bytes } : {}),
        ...(overruns.length === 1 ? {} : { tooSmall: overruns.map(({ need: { memory } }) => memory) }),
      },
    });
  }

  function sentence({ need, limit, items }: { need: Need; limit: number; items: Item[] }, whose: string): string {
    const names = items.map(({ name, bytes }) => `${shortTensorName(plan, name)} ${bytes} B`);
    const what = { flash: 'flash', ram: 'static RAM', stack: 'stack in the worst case' }[need.memory];
    const { peak } = plan;
    const fullest =
      need.memory === 'ram' ? ` The arena is fullest in ${peak.opName} (op ${peak.opIndex}): ${peak.bytes} bytes.` : '';
    return `${need.bytes} bytes of ${what} (${need.source}) are ${need.bytes - limit} more than ${whose}, ${limit}. Largest: ${names.join(', ')}.${fullest}`;
  }
}
