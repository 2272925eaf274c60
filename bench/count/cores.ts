import type { Board, Core } from '../../src/boards/descriptor.js';
import { listBoards, loadBoard } from '../../src/boards/load.js';

/** A core as benchmarks call it, and the virtual board that counts its instructions. */
export interface BenchCore {
  readonly id: string;
  readonly board: Board;
}

const IDS: Partial<Record<Core, string>> = {
  'cortex-m0': 'm0',
  'cortex-m3': 'm3',
  'cortex-m4': 'm4',
  'cortex-m7': 'm7',
  'cortex-m33': 'm33',
  'cortex-m55': 'm55',
  rv32: 'rv32',
};

/** Every core with a virtual board whose clock follows instructions, in the order of `IDS`. */
export function benchCores(): BenchCore[] {
  const boards = listBoards()
    .map((id) => loadBoard(id))
    .filter((board) => board.emulator?.instructionCounting != null);
  return Object.entries(IDS).flatMap(([core, id]) => {
    const board = boards.find((b) => b.chip.core === core);
    return board === undefined ? [] : [{ id, board }];
  });
}

/** The same board, its code compiled at another level: every `-O…` of the chip gives way to `flags`. */
export function withFlags(board: Board, flags: readonly string[]): Board {
  const { compiler } = board.chip;
  const machine = compiler.flags.filter((flag) => !flag.startsWith('-O'));
  return { ...board, chip: { ...board.chip, compiler: { ...compiler, flags: [...machine, ...flags] } } };
}
