import { boardKind, type Board } from '../../boards/descriptor.js';
import { loadBoard } from '../../boards/load.js';
import type { CommandHandler } from '../command.js';
import { bytes, table } from '../output/text.js';
import { ownBoards, projectDir } from '../project-session.js';

/** `grapes boards show ID` */
export const run: CommandHandler = async (context, [id]) => {
  const { learned, style } = context;
  learned({ board: id });
  const board = loadBoard(id, ownBoards(projectDir(context)));
  return { fields: { board: id, result: { board } }, text: describe(board, style.bold) };
};

function describe(board: Board, bold: (text: string) => string): string {
  const { chip } = board;
  const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
  const rows: [string, string][] = [
    ['chip', `${chip.name} (${chip.id})`],
    ['core', `${chip.core}, FPU ${chip.isa.fpu}, DSP ${chip.isa.dsp ? 'yes' : 'no'}`],
    ['kernels', chip.kernels],
    ['clock', board.clockHz === null ? 'not known' : `${board.clockHz / 1e6} MHz`],
    ...chip.memory.map((m): [string, string] => [
      `memory ${m.name}`,
      `${m.kind}, ${bytes(m.bytes)} at ${hex(m.address)}`,
    ]),
    ['stack reserve', chip.stackReserveBytes === null ? 'of the operating system' : bytes(chip.stackReserveBytes)],
    ['compiler', `${chip.compiler.command} ${chip.compiler.flags.join(' ')}`.trim()],
    ['flash methods', board.flashMethods.join(', ')],
    ['runs as', runsAs(board)],
    ['documentation', board.documentation],
  ];
  return `${bold(board.id)}: ${board.name}\n${board.description}\n\n${table(rows)}`;
}

function runsAs(board: Board): string {
  const kind = boardKind(board);
  if (kind === 'process') return 'process: a program of this computer';
  return board.emulator === null ? kind : `${kind}: ${[board.emulator.command, ...board.emulator.args].join(' ')}`;
}
