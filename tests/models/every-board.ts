import { join } from 'node:path';
import t from 'tap';
import { listBoards, loadBoard } from '../../src/boards/load.js';
import { cli } from '../cli/in-process.js';
import { skipUnless, type Lane } from '../lanes.js';
import { sharedFolder } from '../shared.js';

/** Samples of each model: `npm run test:models` sets 200. */
const asked = process.env['GRAPES_MODEL_SAMPLES'];

function lanesOf(boardId: string): Lane[] {
  const { command } = loadBoard(boardId).chip.compiler;
  if (command === 'cc') return ['cc'];
  return command.startsWith('arm') ? ['arm', 'qemu'] : ['riscv', 'qemu-riscv'];
}

/**
 * A network of MLPerf Tiny through import, build, flash and `grapes verify` on every built-in board: no output byte may
 * differ from the reference.
 * @param few Samples where none are asked for
 */
export function verifyOnEveryBoard(name: string, file: string, few: number): void {
  const folder = sharedFolder('models/mlperf-tiny');
  const skip = folder === null ? 'the models of ../shared are not here' : false;
  const samples = Number(asked ?? few);
  t.setTimeout(asked === undefined ? 900_000 : 7_200_000);
  void t.test(`${name}: every board answers as the reference does`, { skip, timeout: 7_200_000 }, async (t) => {
    const root = t.testdir();
    const at = { cwd: root, env: { XDG_CACHE_HOME: join(root, 'cache') } };
    const made = await cli(['import', join(folder!, file), '--out', name, '--json'], at);
    t.equal(made.exitCode, 0, made.stderr);
    for (const board of listBoards()) {
      await t.test(board, { skip: skipUnless(...lanesOf(board)), timeout: 3_600_000 }, async (t) => {
        const argv = ['deploy', '-C', name, '--board', board, '--samples', String(samples), '--json'];
        const { json, stdout } = await cli(argv, at);
        t.match(json, { verify: { samples, mismatches: 0 } }, `${samples} samples`, { stdout });
      });
    }
  });
}
