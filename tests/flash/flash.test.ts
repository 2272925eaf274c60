import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Board } from '../../src/boards/descriptor.js';
import { loadBoard } from '../../src/boards/load.js';
import { buildFirmware } from '../../src/build/build.js';
import { readElf, STT_OBJECT } from '../../src/build/formats/elf.js';
import { isToolError } from '../../src/errors/tool-error.js';
import { flash, type FlashedBoard } from '../../src/flash/flash.js';
import { planFlash } from '../../src/flash/plan.js';
import type { CSources } from '../../src/ir/c-sources.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { LearnReference } from '../../src/ir/learn/f32.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { packageRoot } from '../../src/util/package-root.js';
import { Rng } from '../../src/util/rng.js';
import { exportRandom, randomSamples } from '../export/harness.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { skipUnless } from '../lanes.js';

const cacheDir = t.testdir();
const learn: LearnSpec = { layers: 'all', learningRate: 0.05, grapes: 'propagating', nodeSums: 'round-robin' };
const graph = randomQuantizedGraph(new Rng(4), { sizes: [21, 13, 5], activation: 'relu', bias: true });
const sourcesFor = (board: Board): CSources =>
  exportRandom(new Rng(5), graph, { learn, kernels: board.chip.kernels }, 2);

async function failure(work: Promise<unknown>): Promise<{ code: string }> {
  const error: unknown = await work.then(
    () => new Error('did not fail'),
    (e: unknown) => e,
  );
  if (!isToolError(error)) throw error;
  return error;
}

/** Size of the only variable of this name. */
function linkedBytes(file: string, name: string): number {
  const { symbols } = readElf(readFileSync(file), file);
  const sizes = symbols.filter((s) => s.type === STT_OBJECT && s.name === name).map(({ size }) => size);
  if (sizes.length !== 1) throw new Error(`${sizes.length} variables ${name}`);
  return sizes[0];
}

/** The process that runs this image; the shell that watches over an emulator names it too. */
function processOf(elf: string): number {
  const lines = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  const found = lines.filter((line) => line.includes(elf) && !line.includes('/bin/sh'));
  if (found.length !== 1) throw new Error(`${found.length} processes run ${elf}`);
  return parseInt(found[0], 10);
}

/** A pseudo-terminal goes away with the process that made it. */
const gone = (started: FlashedBoard): boolean => !existsSync(started.portPath);

for (const [id, lanes] of [
  ['host', ['cc']],
  ['mps2-an385-m0', ['arm', 'qemu']],
  ['mps2-an385', ['arm', 'qemu']],
  ['mps2-an386', ['arm', 'qemu']],
  ['mps2-an500', ['arm', 'qemu']],
  ['mps2-an505', ['arm', 'qemu']],
  ['mps3-an547', ['arm', 'qemu']],
  ['riscv32-virt', ['riscv', 'qemu-riscv']],
] as const) {
  void t.test(
    `${id}: built, started, greeted, and computes what the reference computes`,
    { skip: skipUnless(...lanes) },
    async (t) => {
      const board = loadBoard(id);
      const outDir = t.testdir();
      const sources = sourcesFor(board);
      const image = await buildFirmware(sources, board, outDir, { cacheDir });
      const started = await flash(image, outDir, board);
      try {
        const { device } = started;
        t.match(device.info, { boardId: id, modelDigest: image.modelDigest, learns: true });
        const { inputs, labels } = randomSamples(new Rng(6), graph, 20);
        let at = 0;
        for await (const { output } of device.infer(inputs)) t.same(output, runInt8(graph, inputs[at++]).output);
        t.equal(at, inputs.length);
        const reference = new LearnReference(graph, learn);
        at = 0;
        for await (const result of device.learn(inputs.map((input, i) => ({ input, label: labels[i] })))) {
          const expected = reference.step(inputs[at], labels[at]);
          at++;
          t.match(result, { classIndex: expected.classIndex, loss: expected.loss, hash: reference.hash() });
        }
        const { stackHighWaterBytes } = await device.stats();
        if (image.sizes.stack !== null) {
          t.comment(`stack: bound ${image.sizes.stack.bytes}, seen ${stackHighWaterBytes}`);
          t.ok(stackHighWaterBytes! <= image.sizes.stack.bytes, `${stackHighWaterBytes} <= ${image.sizes.stack.bytes}`);
          const { arenaBytes, learn: learning } = sources.plan;
          const ramOf = (group: string): number => image.sizes.breakdown.find((part) => part.group === group)!.ramBytes;
          t.equal(linkedBytes(join(outDir, image.elfFile), 'arena'), arenaBytes, 'planned is linked, to the byte');
          t.equal(ramOf('learning'), learning?.ramBytes, 'what was planned is what was linked');
          t.ok(image.sizes.stackBounds.some((bound) => bound.entry.endsWith('_learn_step')));
        }
      } finally {
        await started.stop();
        await started.stop();
      }
      t.ok(gone(started), 'nothing is left running');
    },
  );
}

void t.test(
  'a board of the user is two files and no code (docs/boards.md)',
  { skip: skipUnless('arm', 'qemu') },
  async (t) => {
    const read = (path: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(packageRoot(), 'boards', path), 'utf8')) as Record<string, unknown>;
    const chip = read('chips/cmsdk-cm4f.json');
    const board = read('mps2-an386.json');
    const flags = ['-mcpu=cortex-m7', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv5-d16', '-O2'];
    const emulator = board['emulator'] as { args: string[] };
    const args = emulator.args.map((arg) => arg.replace('an386', 'an500'));
    const m7 = {
      core: 'cortex-m7',
      isa: { fpu: 'double', dsp: true },
      compiler: { ...(chip['compiler'] as object), flags },
      stackReserveBytes: 4096,
    };
    const dir = t.testdir({
      'my-m7.json': JSON.stringify({ ...board, name: 'My M7', chip: 'my-cm7', emulator: { ...emulator, args } }),
      chips: { 'my-cm7.json': JSON.stringify({ ...chip, ...m7 }) },
    });
    const mine = loadBoard('my-m7', [dir]);
    const image = await buildFirmware(sourcesFor(mine), mine, join(dir, 'out'), { cacheDir });
    const started = await flash(image, join(dir, 'out'), mine);
    try {
      t.equal(started.device.info.boardId, 'my-m7');
      const { inputs } = randomSamples(new Rng(6), graph, 5);
      let at = 0;
      for await (const { output } of started.device.infer(inputs)) t.same(output, runInt8(graph, inputs[at++]).output);
      t.equal(at, 5);
    } finally {
      await started.stop();
    }
  },
);

void t.test(
  'a board that runs already is joined, and refused when it carries something else',
  { skip: skipUnless('cc') },
  async (t) => {
    const board = loadBoard('host');
    const outDir = t.testdir();
    const image = await buildFirmware(sourcesFor(board), board, outDir, { cacheDir });
    const running = await flash(image, outDir, board);
    const port = running.portPath;
    await running.device.close();
    try {
      const joined = await flash(image, outDir, board, { port });
      t.match(joined, { method: 'running', portPath: port });
      await joined.stop();
      const other = { ...image, modelDigest: '12'.repeat(32) };
      t.match(await failure(flash(other, outDir, board, { port })), {
        code: 'FIRMWARE_MODEL_MISMATCH',
        context: { expected: other.modelDigest, found: image.modelDigest },
      });
      const again = await flash(image, outDir, board, { port });
      t.match(again, { method: 'running', portPath: port }, 'the refused session has let go of the port');
      await again.stop();
    } finally {
      await running.stop();
    }
    t.match(await failure(flash(image, outDir, board, { port: '/dev/ttyNothing9' })), { code: 'PORT_NOT_FOUND' });
  },
);

void t.test('what cannot work is refused before anything starts', { skip: skipUnless('cc') }, async (t) => {
  const board = loadBoard('host');
  const outDir = t.testdir();
  const image = await buildFirmware(sourcesFor(board), board, outDir, { cacheDir });
  const silicon: Board = { ...board, flashMethods: [], emulator: null };
  t.throws(() => planFlash(image, silicon, null), { code: 'FLASH_NO_METHOD' });
  t.same(planFlash(image, silicon, '/dev/ttyACM0'), { method: 'running', port: '/dev/ttyACM0', baud: 115200 });
  t.throws(() => planFlash({ ...image, boardId: 'mps2-an386' }, board, null), { code: 'FLASH_WRONG_BOARD' });
  const wrong = { ...image, modelDigest: '34'.repeat(32) };
  t.match(await failure(flash(wrong, outDir, board)), { code: 'FIRMWARE_MODEL_MISMATCH' });
  writeFileSync(join(outDir, image.elfFile), 'something else');
  t.match(await failure(flash(image, outDir, board)), { code: 'FLASH_IMAGE_DAMAGED' });
  t.match(await failure(flash({ ...image, elfFile: 'none.elf' }, outDir, board)), { code: 'FLASH_IMAGE_DAMAGED' });
});

for (const [id, lanes, program] of [
  ['host', ['cc'], 'firmware process'],
  ['mps2-an386', ['arm', 'qemu'], 'emulator'],
] as const) {
  void t.test(`${id}: a process that ends in use is named, with its end`, { skip: skipUnless(...lanes) }, async (t) => {
    const board = loadBoard(id);
    const outDir = t.testdir();
    const image = await buildFirmware(sourcesFor(board), board, outDir, { cacheDir });
    const started = await flash(image, outDir, board);
    try {
      const { inputs } = randomSamples(new Rng(6), graph, 20);
      const endless = (function* () {
        for (;;) yield* inputs;
      })();
      const work = (async () => {
        let answers = 0;
        for await (const _ of started.device.infer(endless)) {
          if (++answers === 10) process.kill(processOf(join(outDir, image.elfFile)), 'SIGKILL');
        }
      })();
      const ended = {
        code: 'EMULATOR_ENDED',
        message: new RegExp(`${program} of the board "${id}".*SIGKILL`),
        context: { board: id, exit: 'signal SIGKILL' },
      };
      t.match(await failure(work), ended);
      t.match(await failure(started.device.stats()), ended, 'and whatever is asked afterwards');
    } finally {
      await started.stop();
    }
  });
}

void t.test('an abort while the board starts ends it', { skip: skipUnless('cc') }, async (t) => {
  const board = loadBoard('host');
  const outDir = t.testdir();
  const image = await buildFirmware(sourcesFor(board), board, outDir, { cacheDir });
  const at = async (milliseconds: number): Promise<void> => {
    const abort = new AbortController();
    const starting = flash(image, outDir, board, { signal: abort.signal });
    setTimeout(() => abort.abort(), milliseconds);
    const outcome = await starting.then(
      (started) => started.stop().then(() => 'started'),
      (error: { code?: string }) => error.code ?? String(error),
    );
    t.ok(['INTERRUPTED', 'started'].includes(outcome), `after ${milliseconds} ms: ${outcome}`);
  };
  for (const milliseconds of [0, 5, 20, 60]) await at(milliseconds);
  const before = new AbortController();
  before.abort();
  t.match(await failure(flash(image, outDir, board, { signal: before.signal })), { code: 'INTERRUPTED' });
});
