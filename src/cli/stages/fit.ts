import { checkBudget, type PlannedMemory } from '../../build/budget.js';
import { memoryBytes } from '../../boards/descriptor.js';
import { isToolError } from '../../errors/tool-error.js';
import { planMemory } from '../../export/plan/plan.js';
import type { FloatGraph, QuantizedGraph } from '../../ir/graph.js';
import type { ConstantSize } from '../../ir/memory-plan.js';
import { tensorBytes } from '../../ir/tensor.js';
import { outline } from '../../quantize/outline.js';
import type { ProjectSession } from '../project-session.js';

/** Commands that need no board: to them a network that does not fit is worth a line, not an end. */
const WITHOUT_BOARD: readonly string[] = ['train', 'evaluate', 'quantize', 'export'];

/**
 * Whether the network can fit into the board's memory and the budget, as far as its shapes alone decide: its weights against
 * flash, the least that lives at one time against RAM. Asked before training and calibration, which may take minutes; what the
 * packed constants, the code and the arena come to is checked when they are known. Where the command needs a board, throws
 * DOES_NOT_FIT or BUDGET_EXCEEDED; else notes it.
 */
export function checkFit(session: ProjectSession, float: FloatGraph): void {
  const { config, board, options, context } = session;
  const limits = [config.budget.flashBytes, config.budget.ramBytes, ...board.chip.memory];
  if (limits.every((limit) => limit === null)) return;
  try {
    const graph = outline(float, config.quantize);
    checkBudget(weightsAlone(graph), null, config.budget, board);
    if (!mayExceedRam(graph, session)) return;
    const { budget } = config;
    const plan = planMemory(graph, config.learn?.spec ?? null, board.chip.kernels, config.export.streaming);
    // The weights have been checked; the kernels' constants may come out differently with the real ones.
    checkBudget({ ...plan, ...weightsAlone(graph), ...leastArena(plan) }, null, budget, board);
  } catch (error) {
    if (!isToolError(error) || (error.code !== 'DOES_NOT_FIT' && error.code !== 'BUDGET_EXCEEDED')) throw error;
    if (!WITHOUT_BOARD.includes(options.target)) throw error;
    context.progress.note(`${options.target}: ${error.message}`);
  }
}

/** Only what no trained number changes. */
function weightsAlone(graph: QuantizedGraph): PlannedMemory {
  const constants = graph.tensors.flatMap((x): ConstantSize[] => {
    return x.data === null || x.role !== 'weight' ? [] : [{ name: x.name, role: x.role, bytes: tensorBytes(x) }];
  });
  const constantBytes = constants.reduce((n, { bytes }) => n + bytes, 0);
  const peak = { opIndex: 0, opName: graph.ops[0].name, bytes: 0, largest: [] };
  return { constants, constantBytes, arenaBytes: 0, learn: null, tensors: [], ops: [], peak };
}

function leastArena(
  plan: ReturnType<typeof planMemory>,
): Pick<PlannedMemory, 'arenaBytes' | 'learn' | 'tensors' | 'ops' | 'peak'> {
  const { learn, tensors, ops, peak } = plan;
  return { arenaBytes: plan.arenaBoundBytes, learn, tensors, ops, peak };
}

/** All activations together, and what learning keeps: below that no plan is needed to know that it fits. */
function mayExceedRam(graph: QuantizedGraph, { config, board }: ProjectSession): boolean {
  const ram = Math.min(config.budget.ramBytes ?? Infinity, memoryBytes(board.chip, 'ram') || Infinity);
  const activations = [graph.input, ...graph.ops.map((op) => op.output)];
  const all = activations.reduce((n, id) => n + tensorBytes(graph.tensors[id]), 0);
  const learning = config.learn === null ? 0 : Infinity;
  return ram < Infinity && all + learning > ram - (board.chip.stackReserveBytes ?? 0);
}
