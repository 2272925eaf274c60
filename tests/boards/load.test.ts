import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { memoryBytes, type Board } from '../../src/boards/descriptor.js';
import { listBoards, loadBoard } from '../../src/boards/load.js';
import { BOARD_CHECKS, checkBoard } from '../../src/boards/validate.js';
import { packageRoot } from '../../src/util/package-root.js';

const builtIn = join(packageRoot(), 'boards');
const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

const BUILT_IN = [
  'host',
  'mps2-an385',
  'mps2-an385-m0',
  'mps2-an386',
  'mps2-an500',
  'mps2-an505',
  'mps3-an547',
  'riscv32-virt',
];

/** A folder with one board of the user's, made from mps2-an386 with some fields replaced. */
function userDir(dir: string, board: object, chip: object = {}): string {
  mkdirSync(join(dir, 'chips'), { recursive: true });
  writeFileSync(
    join(dir, 'mine.json'),
    JSON.stringify({ ...json(join(builtIn, 'mps2-an386.json')), chip: 'my-chip', ...board }),
  );
  writeFileSync(
    join(dir, 'chips', 'my-chip.json'),
    JSON.stringify({ ...json(join(builtIn, 'chips/cmsdk-cm4f.json')), ...chip }),
  );
  return dir;
}

void t.test('every board loads, with its chip and numeric addresses', async (t) => {
  t.same(listBoards(), BUILT_IN);
  for (const id of listBoards()) t.equal(loadBoard(id).id, id);
  const board = loadBoard('mps2-an386');
  t.equal(board.chip.memory[1].address, 0x20000000);
  t.equal(memoryBytes(board.chip, 'flash'), 4 << 20);
  t.notOk('$schema' in board);
  t.equal(loadBoard('host').chip.stackReserveBytes, null);
});

void t.test('an unknown board is refused with a suggestion', async (t) => {
  t.throws(() => loadBoard('mps2-an368'), { code: 'BOARD_UNKNOWN', context: { suggestion: 'mps2-an386' } });
  t.throws(() => loadBoard('zzz'), { code: 'BOARD_UNKNOWN', context: { suggestion: null } });
  t.throws(() => loadBoard('../boards/host'), { code: 'BOARD_UNKNOWN' });
});

void t.test("a user's folder adds boards and wins over the built-in ones", async (t) => {
  const dir = userDir(t.testdir(), {});
  t.same(listBoards([dir]), [...BUILT_IN, 'mine'].sort());
  t.equal(loadBoard('mine', [dir]).chip.id, 'my-chip');
  t.equal(loadBoard('host', [dir]).chip.id, 'host');
});

void t.test('what breaks the schema is named', async (t) => {
  const refused = (name: string, board: object, chip: object, problem: RegExp): void => {
    const dir = userDir(join(t.testdirName, name), board, chip);
    let error: { code?: string; context?: { problems?: string[] } } = {};
    try {
      loadBoard('mine', [dir]);
    } catch (caught) {
      error = caught as typeof error;
    }
    t.equal(error.code, 'BOARD_INVALID', name);
    t.match(error.context?.problems?.join('; '), problem, name);
  };
  t.testdir();
  refused('typo', { clockHZ: 1 }, {}, /clockHZ.*clockHz/);
  refused('missing', { serial: {} }, {}, /serial lacks "baud"/);
  refused('kind', { serial: { baud: '9600' } }, {}, /serial\.baud must be integer/);
  refused('method', { flashMethods: ['telepathy'] }, {}, /telepathy/);
  refused('defines', {}, { halDefines: { base: '1; int x' } }, /halDefines/);
  refused('address', {}, { memory: [{ name: 'ram', kind: 'ram', address: 4096, bytes: 4 }] }, /memory\.0\.address/);
  refused('emulator', { emulator: { command: 'x' } }, {}, /emulator lacks "args"/);
});

void t.test('files that are no JSON, and chips that do not exist', async (t) => {
  const dir = userDir(t.testdir(), { chip: 'my-chp' });
  t.throws(() => loadBoard('mine', [dir]), { code: 'CHIP_UNKNOWN', context: { suggestion: 'my-chip' } });
  writeFileSync(join(dir, 'mine.json'), '{ "name": ');
  t.throws(() => loadBoard('mine', [dir]), { code: 'BOARD_INVALID' });
});

void t.test('each semantic check refuses what it is there for', async (t) => {
  const good = loadBoard('mps2-an386');
  const [flash, ram] = good.chip.memory;
  const chip = (change: Partial<Board['chip']>): Board => ({ ...good, chip: { ...good.chip, ...change } });
  const emulator = (change: object): Board => ({ ...good, emulator: { ...good.emulator!, ...change } });
  const bad: Record<string, Board[]> = {
    'region-names-unique': [chip({ memory: [flash, { ...ram, name: 'flash' }] })],
    'regions-do-not-overlap': [chip({ memory: [flash, { ...ram, address: flash.bytes - 1 }] })],
    'regions-in-address-space': [chip({ memory: [flash, { ...ram, address: 0xfff00000 }] })],
    'erase-aligned': [chip({ memory: [{ ...flash, eraseBytes: 3000 }, ram] })],
    'layout-fits': [
      chip({ flashLayout: [{ use: 'boot', region: 'flush', offset: 0, bytes: 1 }] }),
      chip({ flashLayout: [{ use: 'boot', region: 'flash', offset: flash.bytes, bytes: 1 }] }),
      chip({
        memory: [{ ...flash, eraseBytes: 4096 }, ram],
        flashLayout: [{ use: 'boot', region: 'flash', offset: 100, bytes: 4096 }],
      }),
      chip({
        flashLayout: [
          { use: 'boot', region: 'flash', offset: 0, bytes: 8192 },
          { use: 'state', region: 'flash', offset: 4096, bytes: 4096 },
        ],
      }),
      chip({
        flashLayout: [
          { use: 'boot', region: 'flash', offset: 0, bytes: 1 },
          { use: 'boot', region: 'flash', offset: 8, bytes: 1 },
        ],
      }),
    ],
    'linked-chip-has-memory': [chip({ memory: [ram] }), chip({ memory: [flash] }), chip({ stackReserveBytes: null })],
    'stack-fits-ram': [chip({ stackReserveBytes: ram.bytes })],
    'kernels-match-isa': [chip({ isa: { fpu: 'none', dsp: false } })],
    'hal-family-exists': [chip({ halFamily: 'abacus' }), chip({ linkerScript: 'no-such.ld' })],
    'flash-method-has-means': [{ ...good, emulator: null }],
    'emulator-takes-firmware': [emulator({ args: ['-nothing'] })],
    'port-pattern-captures': [emulator({ portPattern: 'no group' }), emulator({ portPattern: '(' })],
  };
  t.same(
    Object.keys(bad),
    BOARD_CHECKS.map((check) => check.name),
    'every check is tried',
  );
  for (const [check, boards] of Object.entries(bad)) {
    for (const board of boards) {
      t.throws(() => checkBoard(board, 'mine.json'), { code: 'BOARD_CHECK_FAILED', context: { check } }, check);
    }
  }
});

void t.test('docs/boards.md knows every board, key and check', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs', 'boards.md'), 'utf8');
  const keys = ['board', 'chip'].flatMap((kind) =>
    Object.keys(json(join(builtIn, 'schema', `${kind}.schema.json`))['properties'] as object),
  );
  const words = [...keys, ...listBoards(), ...BOARD_CHECKS.map((check) => check.name)];
  const ignored = ['$schema', 'schemaVersion'];
  t.same(
    words.filter((word) => !ignored.includes(word) && !page.includes(word)),
    [],
  );
});
