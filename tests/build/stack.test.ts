import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { listBoards, loadBoard } from '../../src/boards/load.js';
import { buildFirmware } from '../../src/build/build.js';
import { readElf, sectionBytes } from '../../src/build/formats/elf.js';
import { runTool } from '../../src/build/run-tool.js';
import { addCall, addCallGraphInfo, type CallGraph } from '../../src/build/stack/call-graph.js';
import { exceptionFrameBytes } from '../../src/build/stack/firmware-stack.js';
import { KNOWN_FRAMES } from '../../src/build/stack/known-frames.js';
import { StackBounds } from '../../src/build/stack/stack-bound.js';
import { isToolError } from '../../src/errors/tool-error.js';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { miniBoard, miniFirmware, tinySources } from './fixtures/sources.js';
import { libraryFrames } from './library-frames.js';

/** As gcc 12 writes it: a.c has a static `mid` that calls a static `leaf` and an external function. */
const CI = String.raw`graph: { title: "a.c"
node: { title: "a.c:leaf" label: "leaf\na.c:2:12\n112 bytes (static)" }
node: { title: "a.c:mid" label: "mid\na.c:3:38\n40 bytes (static)" }
edge: { sourcename: "a.c:mid" targetname: "a.c:leaf" label: "a.c:3:80" }
node: { title: "ext" label: "ext\na.c:1:12" shape : ellipse }
edge: { sourcename: "a.c:mid" targetname: "ext" label: "a.c:3:97" }
node: { title: "top" label: "top\na.c:5:5\n16 bytes (static)" }
edge: { sourcename: "top" targetname: "a.c:mid" label: "a.c:5:52" }
node: { title: "__indirect_call" label: "Indirect Call Placeholder" shape : ellipse }
node: { title: "pointer" label: "pointer\na.c:6:5\n8 bytes (static)" }
edge: { sourcename: "pointer" targetname: "__indirect_call" label: "a.c:6:9" }
node: { title: "vla" label: "vla\na.c:7:5\n8 bytes (dynamic)" }
node: { title: "again" label: "again\na.c:8:5\n8 bytes (static)" }
edge: { sourcename: "again" targetname: "again" label: "a.c:8:9" }
}
`;

function graphOf(...units: [string, string][]): CallGraph {
  const graph: CallGraph = new Map();
  for (const [unit, text] of units) addCallGraphInfo(graph, unit, text);
  return graph;
}

void t.test('the bound is the deepest chain of frames', async (t) => {
  const graph = graphOf(['lib/a.c', CI]);
  const bounds = new StackBounds(graph, { ext: { bytes: 50, reason: 'a test' } });
  t.same(bounds.of('top'), {
    entry: 'top',
    bytes: 168,
    chain: [
      { symbol: 'top', bytes: 16 },
      { symbol: 'mid', bytes: 40 },
      { symbol: 'leaf', bytes: 112 },
    ],
  });
  const deeper = new StackBounds(graph, { ext: { bytes: 113, reason: 'a test' } });
  t.equal(deeper.of('top').bytes, 169);
});

void t.test('static functions of one name in two units stay apart', async (t) => {
  const graph = graphOf(['x/a.c', CI], ['y/a.c', CI.replace('112 bytes', '8 bytes').replaceAll('"top"', '"top2"')]);
  const bounds = new StackBounds(graph, { ext: { bytes: 0, reason: 'a test' } });
  t.equal(bounds.of('top').bytes, 168);
  t.equal(bounds.of('top2').bytes, 64);
});

void t.test('what has no bound is an error that names the path', async (t) => {
  const graph = graphOf(['a.c', CI]);
  const bounds = new StackBounds(graph, {});
  t.throws(() => bounds.of('top'), {
    code: 'STACK_UNKNOWN_FUNCTION',
    context: { function: 'ext', chain: ['top', 'mid', 'ext'] },
  });
  t.throws(() => bounds.of('pointer'), { code: 'STACK_INDIRECT_CALL', context: { function: 'pointer' } });
  t.throws(() => bounds.of('vla'), { code: 'STACK_DYNAMIC', context: { function: 'vla' } });
  t.throws(() => bounds.of('again'), { code: 'STACK_RECURSION', context: { function: 'again' } });
  t.throws(() => bounds.of('nowhere'), { code: 'STACK_UNKNOWN_FUNCTION' });
  addCall(graph, 'a.c:leaf', 'top');
  const cyclic = new StackBounds(graph, { ext: { bytes: 0, reason: 'a test' } });
  t.throws(() => cyclic.of('top'), { code: 'STACK_RECURSION', context: { chain: ['top', 'mid', 'leaf', 'top'] } });
});

void t.test('the exception frame follows the architecture manual', async (t) => {
  t.equal(exceptionFrameBytes(miniBoard().chip), 108);
  t.equal(exceptionFrameBytes(miniBoard({ isa: { fpu: 'none', dsp: false } }).chip), 36);
});

const arm = skipUnless('arm');

void t.test('a linked firmware: main path, exception frame and the deepest handler', { skip: arm }, async (t) => {
  const options = { cacheDir: t.testdir({ out: {} }), firmwareDir: miniFirmware };
  const { sizes } = await buildFirmware(tinySources(), miniBoard(), join(t.testdirName, 'out'), options);
  const [main, ...others] = sizes.stackBounds;
  t.equal(main.bytes, sizes.stack?.bytes);
  t.same(
    main.chain.map((frame) => frame.symbol),
    ['reset_handler', 'main', 'hal_ratio', '__aeabi_uldivmod', '(exception frame)', 'tick_handler', 'twice'],
  );
  t.equal(
    main.bytes,
    main.chain.reduce((sum, frame) => sum + frame.bytes, 0),
  );
  t.same(
    others.map((bound) => bound.entry),
    ['tiny_infer', 'idle_handler', 'tick_handler'],
  );
});

void t.test('calls from inline assembly are found in the objects', { skip: arm }, async (t) => {
  const body = '(void)arena; __asm volatile("bl tiny_hidden" ::: "lr", "memory");';
  const sources = tinySources(body);
  const hidden = {
    path: 'hidden.c',
    text: 'void tiny_hidden(void);\nvoid tiny_hidden(void) { volatile char b[400]; b[9] = 1; (void)b; }\n',
  };
  const all = { ...sources, files: [...sources.files, hidden], sources: [...sources.sources, 'hidden.c'] };
  const options = { cacheDir: t.testdir({ out: {} }), firmwareDir: miniFirmware };
  const { sizes } = await buildFirmware(all, miniBoard(), join(t.testdirName, 'out'), options);
  const infer = sizes.stackBounds.find((bound) => bound.entry === 'tiny_infer');
  t.ok(infer!.bytes >= 400, `tiny_infer needs ${infer?.bytes}`);
});

void t.test('the firmware is refused when its stack cannot be bounded', { skip: arm }, async (t) => {
  const options = { cacheDir: t.testdir({ out: {} }), firmwareDir: miniFirmware };
  const build = async (body: string): Promise<unknown> =>
    buildFirmware(tinySources(body), miniBoard(), join(t.testdirName, 'out'), options).catch((e: unknown) => e);
  t.match(await build('if (arena[0] != 0) { arena[0]--; tiny_infer(arena); arena[1]++; }'), {
    code: 'STACK_RECURSION',
  });
  t.match(await build('void (*volatile f)(int8_t *) = tiny_infer; f(arena);'), { code: 'STACK_INDIRECT_CALL' });
  t.match(await build('volatile int8_t b[arena[0] & 15]; b[0] = 1; arena[1] = b[0];'), { code: 'STACK_DYNAMIC' });
});

for (const board of listBoards().map((id) => loadBoard(id))) {
  const { compiler, core, stackReserveBytes } = board.chip;
  if (stackReserveBytes === null) continue;
  const lane = core === 'rv32' ? 'riscv' : 'arm';
  void t.test(`${board.id}: the table of library frames holds for libgcc`, { skip: skipUnless(lane) }, async (t) => {
    const library = (await runTool(compiler.command, [...compiler.flags, '-print-libgcc-file-name'])).stdout.trim();
    const frameOf = await libraryFrames(compiler.command.replace(/gcc$/, 'objdump'), library);
    for (const [name, known] of Object.entries(KNOWN_FRAMES[core])) t.equal(known.bytes, frameOf(name), name);
  });
}

void t.test('ELF: damaged files are refused, never misread', { skip: arm }, async (t) => {
  const options = { cacheDir: t.testdir({ out: {} }), firmwareDir: miniFirmware };
  await buildFirmware(tinySources(), miniBoard(), join(t.testdirName, 'out'), options);
  const good = readFileSync(join(t.testdirName, 'out', 'firmware.elf'));
  const elf = readElf(good, 'good');
  t.equal(elf.bits, 32);
  t.equal(elf.machine, 40, 'Arm');
  t.throws(() => readElf(new Uint8Array(0), 'empty'), { code: 'ELF_INVALID' });
  t.throws(() => readElf(good.subarray(0, 5000), 'cut'), { code: 'ELF_INVALID' });
  t.throws(() => readElf(Uint8Array.from(good).fill(2, 5, 6), 'big-endian'), { code: 'ELF_INVALID' });
  const rng = new Rng(1);
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const bad = Uint8Array.from(good);
    // The header and the tables it points to are where damage matters.
    for (let i = 0; i < 3; i++) bad[rng.below(4) ? rng.below(52) : bad.length - 1 - rng.below(800)] = rng.below(256);
    try {
      const read = readElf(bad, 'fuzzed');
      for (const section of read.sections) sectionBytes(read, section, 'fuzzed');
    } catch (error) {
      if (!isToolError(error)) throw error;
      refused++;
    }
  }
  t.ok(refused > 500, `${refused} of 1500 refused`);
});
