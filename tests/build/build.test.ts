import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { checkBudget } from '../../src/build/budget.js';
import { buildFirmware, compileForPlan } from '../../src/build/build.js';
import { readElf } from '../../src/build/formats/elf.js';
import { runTool } from '../../src/build/run-tool.js';
import { hintFor, regionOverflows } from '../../src/build/toolchain-hints.js';
import { findProgram, findToolchain } from '../../src/build/toolchain.js';
import { makeWorkDir } from '../../src/build/work-dir.js';
import { isToolError, type ToolError } from '../../src/errors/tool-error.js';
import type { FirmwareImage } from '../../src/ir/firmware-image.js';
import { sha256Hex } from '../../src/util/digest.js';
import { skipUnless } from '../lanes.js';
import { miniBoard, miniFirmware, miniHost, tinySources } from './fixtures/sources.js';

const cacheDir = t.testdir();
const options = { cacheDir, firmwareDir: miniFirmware };
const noBudget = { flashBytes: null, ramBytes: null, stackBytes: null };

async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await work.then(
    () => new Error('did not fail'),
    (e: unknown) => e,
  );
  if (!isToolError(error)) throw error;
  return error;
}

const arm = skipUnless('arm');

void t.test('Cortex-M: sizes, breakdown and stack of the linked image', { skip: arm }, async (t) => {
  const outDir = t.testdir();
  const { sizes, elfDigest, ...image } = await buildFirmware(tinySources(), miniBoard(), outDir, options);
  t.equal(image.boardId, 'mps2-an386');
  t.equal(elfDigest, sha256Hex(readFileSync(join(outDir, 'firmware.elf'))));
  t.ok(existsSync(join(outDir, 'firmware.map')));

  const sum = (key: 'flashBytes' | 'ramBytes'): number => sizes.breakdown.reduce((n, part) => n + part[key], 0);
  t.equal(sum('flashBytes'), sizes.flash?.bytes, 'the groups add up to the whole');
  t.equal(sum('ramBytes'), sizes.ram?.bytes);
  t.match(sizes.breakdown.slice(0, 3), [
    { group: 'model constants', flashBytes: 1000, ramBytes: 0 },
    { group: 'library' },
    { group: 'board support' },
  ]);
  t.match(
    sizes.breakdown.find((part) => part.group === 'arena'),
    { flashBytes: 0, ramBytes: 600 },
  );
  t.same(sizes.largest[0], { name: 'tiny_weights', bytes: 1000, memory: 'flash' });
  t.ok(sizes.ram!.bytes < 620, 'the stack reserve is not static RAM');

  const size = await runTool('arm-none-eabi-size', ['-A', join(outDir, 'firmware.elf')]);
  const section = (name: string): number => Number(new RegExp(`^\\${name}\\s+(\\d+)`, 'm').exec(size.stdout)?.[1] ?? 0);
  t.equal(sizes.flash?.bytes, section('.text') + section('.ARM.exidx') + section('.data'), 'as binutils has it');
  t.equal(sizes.ram?.bytes, section('.data') + section('.bss'));
});

void t.test('the same inputs give the same bytes, wherever the folders are', { skip: arm }, async (t) => {
  const dirs = t.testdir({ a: {}, b: {}, otherCache: {} });
  const sources = tinySources('arena[0] = (int8_t)__FILE__[arena[1] & 7];');
  const first = await buildFirmware(sources, miniBoard(), join(dirs, 'a'), options);
  const second = await buildFirmware(sources, miniBoard(), join(dirs, 'b'), {
    ...options,
    cacheDir: join(dirs, 'otherCache'),
  });
  t.same(second, first);
  const map = readFileSync(join(dirs, 'b', 'firmware.map'), 'utf8');
  t.equal(map, readFileSync(join(dirs, 'a', 'firmware.map'), 'utf8'));
  const objects = (): string[] => readdirSync(join(cacheDir, 'objects'), { recursive: true, encoding: 'utf8' }).sort();
  const before = objects();
  t.same(readdirSync(cacheDir), ['objects'], 'no work folder is left');
  t.same(await compileForPlan(sources, miniBoard(), options), first.sizes);
  t.same(objects(), before, 'nothing compiled twice');
});

void t.test('the host board builds a process that runs', { skip: skipUnless('cc') }, async (t) => {
  const outDir = t.testdir();
  const image = await buildFirmware(tinySources(), miniHost(), outDir, options);
  t.match(image.sizes, { flash: null, ram: null, stack: null, stackBounds: [] });
  const elf = readElf(readFileSync(join(outDir, 'firmware.elf')), 'firmware.elf');
  t.ok(elf.symbols.some((symbol) => symbol.name === 'tiny_infer'));
  t.equal((await runTool(join(outDir, 'firmware.elf'), [])).stdout, '5\n153\n', '1234567890123 / 3 mod 256');
});

void t.test('what does not compile or link is explained', { skip: arm }, async (t) => {
  const build = (body: string): Promise<FirmwareImage> =>
    buildFirmware(tinySources(body), miniBoard(), t.testdirName, options);
  t.testdir();
  t.match(await failure(build('arena[0] = 1 +;')), { code: 'COMPILE_FAILED', context: { file: 'model/tiny.c' } });
  t.match(await failure(build('int x = arena[0] + 70000; arena[1] = x;')), { code: 'COMPILE_FAILED' });
  const huge = tinySources();
  const plan = { ...huge.plan, arenaBytes: 5_000_000 };
  t.match(await failure(buildFirmware({ ...huge, plan }, miniBoard(), t.testdirName, options)), {
    code: 'DOES_NOT_FIT',
    context: { memory: 'ram', source: 'planned' },
  });
  const missing = await failure(build('extern int __addsf3_none(void); arena[0] = (int8_t)__addsf3_none();'));
  t.equal(missing.code, 'LINK_FAILED');
  t.match(missing.hint, /libgcc/);

  const chip = miniBoard().chip;
  const small = chip.memory.map((region) => (region.name === 'ram' ? { ...region, bytes: 9000 } : region));
  // The plan says nothing of what only the linker sees: here an arena larger than planned.
  const wrongPlan = { ...tinySources('(void)arena;', 5000), plan: tinySources().plan };
  const big = await failure(buildFirmware(wrongPlan, miniBoard({ memory: small }), t.testdirName, options));
  t.match(big, { code: 'DOES_NOT_FIT', context: { memory: 'ram' } });
  t.match((big.context['largest'] as string[])[0], /arena 5000 B/);
  t.notOk(existsSync(join(t.testdirName, 'firmware.elf')));
});

void t.test('a missing compiler is named with the line that installs it', async (t) => {
  const compiler = { ...miniBoard().chip.compiler, command: 'arm-nothing-gcc' };
  const error = await failure(findToolchain(compiler));
  t.match(error, { code: 'TOOLCHAIN_MISSING', context: { command: 'arm-nothing-gcc' } });
  t.match(error.hint, /apt-get install -y gcc-arm-none-eabi libnewlib-arm-none-eabi/);
  t.equal(findProgram('sh')?.endsWith('/sh'), true);
  t.equal(findProgram('sh', '/nowhere'), null);
  writeFileSync(join(t.testdir({}), 'plain'), '');
  t.equal(findProgram('plain', t.testdirName), null, 'a file that cannot be executed is no program');
});

void t.test('an abort kills the compiler and leaves nothing behind', { skip: skipUnless('cc') }, async (t) => {
  const abort = new AbortController();
  const dirs = t.testdir({ out: {}, cache: {} });
  const running = buildFirmware(tinySources(), miniHost(), join(dirs, 'out'), {
    cacheDir: join(dirs, 'cache'),
    firmwareDir: miniFirmware,
    signal: abort.signal,
    progress: { update: () => abort.abort(), note: () => undefined },
  });
  t.match(await failure(running), { code: 'INTERRUPTED' });
  t.same(readdirSync(join(dirs, 'out')), []);
  t.notOk(readdirSync(join(dirs, 'cache')).some((name) => name.startsWith('work-')));
  const started = Date.now();
  const sleeping = new AbortController();
  const sleep = runTool('sleep', ['20'], { signal: sleeping.signal });
  sleeping.abort();
  t.match(await failure(sleep), { code: 'INTERRUPTED' });
  t.ok(Date.now() - started < 5000);
});

void t.test('work folders of killed builds are removed, those of running ones are not', async (t) => {
  const dead = (await runTool('sh', ['-c', 'echo $$'])).stdout.trim();
  const dir = t.testdir({ [`work-${dead}-abc`]: { model: {} }, [`work-${process.pid}-xyz`]: {}, objects: {} });
  const made = makeWorkDir(dir);
  t.same(readdirSync(dir).sort(), ['objects', basename(made), `work-${process.pid}-xyz`].sort());
  t.throws(() => makeWorkDir('/dev/null/cache'), { code: 'DISK_WRITE_FAILED' });
});

void t.test('compiler and linker output becomes a hint', async (t) => {
  const cases: [string, RegExp][] = [
    ['a.c:1:10: fatal error: stdint.h: No such file or directory', /libc6-dev/],
    ['a.c:1:10: fatal error: tiny.h: No such file or directory', /export again/],
    ["gcc: error: unrecognized command-line option '-fcallgraph-info=su'", /too old/],
    ['ld: cannot find -lgcc: No such file', /libgcc/],
    ["undefined reference to `hal_clock'", /template/],
    ["undefined reference to `malloc'", /allocate/],
    ["multiple definition of `main'; b.o", /twice/],
    ['error: a.o uses VFP register arguments, b.o does not', /mfloat-abi/],
    ['fatal error: error writing to /tmp/x.s: No space left on device', /disk is full/],
  ];
  for (const [output, hint] of cases) t.match(hintFor(output), hint, output);
  t.equal(hintFor('all is well'), null);
  t.same(regionOverflows("ld: region `RAM' overflowed by 416 bytes"), [{ region: 'RAM', bytes: 416 }]);
});

void t.test('budget: the board first, then the project, naming what is large', async (t) => {
  const { plan } = tinySources();
  const board = miniBoard();
  const sizes = {
    flash: { bytes: 2000, source: 'compiled' },
    ram: { bytes: 700, source: 'compiled' },
    stack: { bytes: 300, source: 'compiled' },
    stackBounds: [{ entry: 'main', bytes: 300, chain: [{ symbol: 'main', bytes: 300 }] }],
    breakdown: [],
    largest: [{ name: 'rx_ring', bytes: 650, memory: 'ram' }],
  } as const;
  const refused = (code: string, memory: string, work: () => void, name: RegExp): void => {
    t.throws(work, { code, context: { memory, largest: [name] } }, `${code} ${memory}`);
  };
  checkBudget(plan, sizes, noBudget, board);
  checkBudget(plan, null, { flashBytes: 1000, ramBytes: 600, stackBytes: 1 }, board);
  const over = 'BUDGET_EXCEEDED';
  refused(
    over,
    'flash',
    () => checkBudget(plan, null, { ...noBudget, flashBytes: 999 }, board),
    /dense_1\/weights 1000/,
  );
  refused(over, 'ram', () => checkBudget(plan, null, { ...noBudget, ramBytes: 599 }, board), /input 600/);
  refused(over, 'flash', () => checkBudget(plan, sizes, { ...noBudget, flashBytes: 1999 }, board), /dense_1/);
  t.throws(
    () => checkBudget(plan, sizes, { ...noBudget, flashBytes: 1999, ramBytes: 699 }, board),
    { code: over, message: /flash .* static RAM /, context: { memory: 'flash', tooSmall: ['flash', 'ram'] } },
    'what is too small is named at once',
  );
  refused(over, 'ram', () => checkBudget(plan, sizes, { ...noBudget, ramBytes: 699 }, board), /rx_ring 650/);
  refused(over, 'stack', () => checkBudget(plan, sizes, { ...noBudget, stackBytes: 299 }, board), /main 300/);

  // A process on the host has no sizes: the plan's exact part still counts.
  const unsized = { ...sizes, flash: null, ram: null, stack: null, stackBounds: [], largest: [] };
  refused(over, 'ram', () => checkBudget(plan, unsized, { ...noBudget, ramBytes: 599 }, board), /input 600/);

  const tiny = (kind: string, bytes: number) =>
    miniBoard({ memory: board.chip.memory.map((region) => (region.kind === kind ? { ...region, bytes } : region)) });
  refused('DOES_NOT_FIT', 'flash', () => checkBudget(plan, sizes, noBudget, tiny('flash', 1999)), /dense_1/);
  refused('DOES_NOT_FIT', 'ram', () => checkBudget(plan, sizes, noBudget, tiny('ram', 8192 + 699)), /rx_ring/);
  refused(
    'DOES_NOT_FIT',
    'stack',
    () => checkBudget(plan, sizes, noBudget, miniBoard({ stackReserveBytes: 299 })),
    /main/,
  );
  checkBudget(plan, sizes, noBudget, miniHost());
});
