import { boardKind, memoryBytes } from '../../boards/descriptor.js';
import { listBoards, loadBoard } from '../../boards/load.js';
import type { CommandHandler } from '../command.js';
import { bytes, table } from '../output/text.js';
import { ownBoards, projectDir } from '../project-session.js';

/** `grapes boards list` */
export const run: CommandHandler = async (context) => {
  const own = ownBoards(projectDir(context));
  const boards = listBoards(own).map((id) => loadBoard(id, own));
  const list = boards.map((board) => ({
    id: board.id,
    name: board.name,
    chip: board.chip.id,
    core: board.chip.core,
    flashBytes: board.chip.memory.length === 0 ? null : memoryBytes(board.chip, 'flash'),
    ramBytes: board.chip.memory.length === 0 ? null : memoryBytes(board.chip, 'ram'),
    kind: boardKind(board),
    virtual: boardKind(board) === 'emulator',
  }));
  const rows = list.map((b) => [b.id, b.core, bytes(b.flashBytes), bytes(b.ramBytes), b.kind, b.name]);
  return {
    fields: { result: { boards: list } },
    text: table([['board', 'core', 'flash', 'RAM', 'runs as', 'name'], ...rows]),
  };
};
