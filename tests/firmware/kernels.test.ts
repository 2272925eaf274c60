import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  CORTEX_M0,
  CORTEX_M3,
  CORTEX_M4F,
  CORTEX_M55,
  FIRMWARE,
  SANITIZERS,
  WARNINGS,
  runOnBoard,
} from '../export/harness.js';
import { skipUnless } from '../lanes.js';

const FOLDER = join(import.meta.dirname, 'kernels');
const PROGRAMS = readdirSync(FOLDER).filter((file) => file.endsWith('.c'));
/** Tests call one kernel each; the headers hold more. */
const FLAGS = [...WARNINGS, '-Wno-unused-function', `-I${FIRMWARE}`];

/** Programs named after a set run on that set's core; the others on the Cortex-M4F. */
function elsewhere(program: string, set: string): string | false {
  const named = /_(armv6m|armv7m|mve|rv32)\.c$/.exec(program)?.[1] ?? 'dsp';
  return named === set ? false : `runs where ${named} does`;
}

// Many compilations, one after the other.
t.setTimeout(900_000);

for (const program of PROGRAMS) {
  const source = join(FOLDER, program);

  void t.test(`${program} on the host under ASan and UBSan`, { skip: skipUnless('cc') }, async (t) => {
    const dir = t.testdir();
    for (const variant of [[], ['-DGRAPES_NARROW_MULTIPLY=1']]) {
      const flags = [...FLAGS, ...variant, '-O1', ...SANITIZERS];
      const built = spawnSync('cc', [...flags, source, '-o', 'program'], { cwd: dir, encoding: 'utf8' });
      t.equal(built.stderr, '');
      t.equal(spawnSync(join(dir, 'program'), { encoding: 'utf8' }).stdout, 'PASS\n', variant.join(' '));
    }
  });

  void t.test(
    `${program} on a Cortex-M4F`,
    { skip: skipUnless('arm', 'qemu') || elsewhere(program, 'dsp') },
    async (t) => {
      for (const level of ['-Os', '-O2']) {
        const text = runOnBoard(t.testdir(), [source], 'mps2-an386', [...FLAGS, ...CORTEX_M4F, level]);
        t.equal(text, 'PASS\n', level);
      }
    },
  );

  void t.test(
    `${program} as Armv6-M code`,
    { skip: skipUnless('arm', 'qemu') || elsewhere(program, 'armv6m') },
    async (t) => {
      for (const level of ['-Os', '-O2']) {
        const text = runOnBoard(t.testdir(), [source], 'mps2-an385', [...FLAGS, ...CORTEX_M0, level]);
        t.equal(text, 'PASS\n', level);
      }
    },
  );

  void t.test(
    `${program} on a Cortex-M3`,
    { skip: skipUnless('arm', 'qemu') || elsewhere(program, 'armv7m') },
    async (t) => {
      for (const level of ['-Os', '-O2', '-O1']) {
        const text = runOnBoard(t.testdir(), [source], 'mps2-an385', [...FLAGS, ...CORTEX_M3, level]);
        t.equal(text, 'PASS\n', level);
      }
    },
  );

  void t.test(
    `${program} on a Cortex-M55`,
    { skip: skipUnless('arm', 'qemu') || elsewhere(program, 'mve') },
    async (t) => {
      for (const level of ['-Os', '-O2', '-O1']) {
        const text = runOnBoard(t.testdir(), [source], 'mps3-an547', [...FLAGS, ...CORTEX_M55, level]);
        t.equal(text, 'PASS\n', level);
      }
    },
  );
}
