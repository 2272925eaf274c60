import { join } from 'node:path';
import t from 'tap';
import { emulate } from '../../bench/count/emulate.js';
import { buildCountProgram } from '../../bench/count/program.js';
import { loadBoard } from '../../src/boards/load.js';
import { tinySources } from '../build/fixtures/sources.js';
import { skipUnless } from '../lanes.js';

async function loads(id: string): Promise<string> {
  const board = loadBoard(id);
  const main = join(import.meta.dirname, 'unaligned.c');
  const { elf } = await buildCountProgram(tinySources(), board, { main, defines: [], entry: 'tiny_infer' });
  return emulate(board, elf, 30_000).catch((error: Error) => error.message);
}

void t.test(
  'an unaligned word faults on the virtual Cortex-M0 and nowhere else',
  { skip: skipUnless('arm', 'qemu') },
  async (t) => {
    const m0 = await loads('mps2-an385-m0');
    t.match(m0, /loaded 67305985\s+fault: exception 0x00000003, cfsr 0x01000000/, 'usage fault, unaligned, escalated');
    t.match(await loads('mps2-an385'), /loaded 67305985\nloaded 84148994\nend/, 'the same machine as a Cortex-M3');
  },
);
