/**
 * Holds the import table of ARCHITECTURE.md against every import and #include. Adding an arrow means editing a table
 * here, visibly.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/util/package-root.js';

const root = packageRoot();

/** Folders under src, and what each may import besides itself. `types:x` allows `import type` only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  util: ['errors'],
  ir: ['util', 'errors'],
  boards: ['types:ir', 'util', 'errors'],
  config: ['ir', 'util', 'errors'],
  runs: ['util', 'errors', 'types:ir'],
  device: ['ir', 'boards', 'util', 'errors'],
  dataset: ['ir', 'types:boards', 'util', 'errors'],
  import: ['ir', 'types:boards', 'util', 'errors'],
  train: ['ir', 'types:boards', 'util', 'errors'],
  quantize: ['ir', 'types:boards', 'util', 'errors'],
  optimize: ['ir', 'types:boards', 'util', 'errors'],
  export: ['ir', 'types:boards', 'util', 'errors'],
  build: ['ir', 'boards', 'device', 'util', 'errors'],
  flash: ['ir', 'boards', 'device', 'util', 'errors'],
  monitor: ['ir', 'boards', 'device', 'util', 'errors'],
  verify: ['ir', 'boards', 'device', 'types:dataset', 'monitor', 'util', 'errors'],
  learn: ['ir', 'boards', 'device', 'types:dataset', 'monitor', 'util', 'errors'],
  experiment: ['ir', 'dataset', 'train', 'report', 'util', 'errors'],
  report: [
    'ir',
    'boards',
    'device',
    'dataset',
    'train',
    'quantize',
    'optimize',
    'export',
    'build',
    'flash',
    'monitor',
    'verify',
    'learn',
    'util',
    'errors',
  ],
  demo: [
    'ir',
    'boards',
    'device',
    'config',
    'dataset',
    'train',
    'quantize',
    'optimize',
    'export',
    'build',
    'flash',
    'monitor',
    'verify',
    'learn',
    'report',
    'runs',
    'util',
    'errors',
  ],
  doctor: ['ir', 'boards', 'build', 'device', 'util', 'errors'],
};
/** These may import everything; nobody imports them. */
const TOP = ['cli', 'index.ts'];

/** Modules of Node and of others that only some places may use. */
const ONLY_IN: readonly (readonly [module: RegExp, places: readonly string[]])[] = [
  [/^serialport$/, ['src/device/transport/']],
  [/^(node:)?child_process$/, ['src/build/', 'src/device/transport/']],
  [/^commander$/, ['src/cli/']],
  [/^(node:)?(http|https|net)$/, ['src/dataset/', 'src/report/', 'src/monitor/', 'src/cli/']],
];

/** No files, clocks, ports, child processes or randomness: these folders compute. */
const PURE = ['src/ir/', 'src/quantize/', 'src/optimize/', 'src/export/', 'src/flash/plan.ts'];
const IMPURE_MODULES = /^node:(fs|fs\/promises|child_process|http|https|net|os|worker_threads)$/;
const IMPURE_CALLS = /\b(Date\.now|new Date|Math\.random|performance\.now|process\.)/;

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

function filesUnder(dir: string, pattern: RegExp): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .sort()
    .flatMap((name) => {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) return filesUnder(path, pattern);
      return pattern.test(name) ? [path] : [];
    });
}

/** Code without comments and without the insides of template and quoted text that is not an import. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const statements = [...code.matchAll(/^\s*(import|export)\s(type\s)?(?:[^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)].map(
    (m) => ({
      from: m[3],
      typeOnly: m[2] !== undefined,
    }),
  );
  const dynamic = [...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map((m) => ({
    from: m[1],
    typeOnly: false,
  }));
  return [...statements, ...dynamic];
}

const isKernelSource = (file: string): boolean => file.includes('src/train/engines/wasm/kernels/');
const sources = filesUnder(join(root, 'src'), /\.ts$/)
  .map((path) => ({ file: relative(root, path), text: readFileSync(path, 'utf8') }))
  .filter(({ file }) => !isKernelSource(file));
const folderOf = (file: string): string => file.split('/')[1];

/** Every breach of the table by one file: a sentence each. */
function breaches(file: string, text: string): string[] {
  const folder = folderOf(file);
  const found: string[] = [];
  for (const { from, typeOnly } of importsOf(text)) {
    if (!from.startsWith('.')) {
      for (const [module, places] of ONLY_IN) {
        if (module.test(from) && !typeOnly && !places.some((place) => file.startsWith(place)))
          found.push(`${file} imports ${from}`);
      }
      if (IMPURE_MODULES.test(from) && PURE.some((place) => file.startsWith(place)))
        found.push(`${file} imports ${from}`);
      continue;
    }
    if (!from.endsWith('.js')) found.push(`${file}: "${from}" lacks the .js suffix`);
    const target = folderOf(relative(root, join(root, dirname(file), from)));
    if (target === folder || TOP.includes(folder)) continue;
    const allowed = MAY_IMPORT[folder] ?? [];
    if (allowed.includes(target) || (typeOnly && allowed.includes(`types:${target}`))) continue;
    found.push(`${file} imports ${typeOnly ? 'types of ' : ''}${target} (${from})`);
  }
  return found;
}

void t.test('imports follow the table', async (t) => {
  t.ok(sources.length > 50, `${sources.length} files seen`);
  for (const { file } of sources) {
    const folder = folderOf(file);
    if (!(folder in MAY_IMPORT) && !TOP.includes(folder)) t.fail(`${file}: the folder "${folder}" is not in the table`);
  }
  t.same(
    sources.flatMap(({ file, text }) => breaches(file, text)),
    [],
  );
});

void t.test('the check itself sees breaches', async (t) => {
  const seen = (file: string, line: string): number => breaches(file, line).length;
  t.equal(seen('src/ir/x.ts', `import { a } from '../build/build.js';`), 1);
  t.equal(seen('src/ir/x.ts', `import {\n  a,\n} from '../build/build.js';`), 1);
  t.equal(seen('src/train/x.ts', `import { a } from '../quantize/q.js';`), 1);
  t.equal(seen('src/train/x.ts', `import type { Board } from '../boards/descriptor.js';`), 0);
  t.equal(seen('src/train/x.ts', `import { loadBoard } from '../boards/load.js';`), 1);
  t.equal(seen('src/monitor/x.ts', `export * from '../verify/verify.js';`), 1);
  t.equal(seen('src/monitor/x.ts', `const m = await import('serialport');`), 1);
  t.equal(seen('src/quantize/x.ts', `import { readFileSync } from 'node:fs';`), 1);
  t.equal(seen('src/util/x.ts', `import './digest';`), 1);
  t.equal(seen('src/build/x.ts', `// import { a } from '../cli/main.js';`), 0);
  t.equal(seen('src/report/x.ts', `import { a } from '../cli/main.js';`), 1);
});

void t.test('pure folders have no clock, no chance and no process', async (t) => {
  const pure = sources.filter(({ file }) => PURE.some((place) => file.startsWith(place)));
  t.same(
    pure.filter(({ text }) => IMPURE_CALLS.test(withoutComments(text))).map(({ file }) => file),
    [],
  );
});

void t.test('only the command line touches argv, stdout, exit codes and the console', async (t) => {
  const outside = sources.filter(({ file }) => !file.startsWith('src/cli/'));
  const touches = /\bprocess\.(exit\b|exitCode|argv|stdout|stderr|stdin)|\bconsole\./;
  t.same(
    outside.filter(({ text }) => touches.test(withoutComments(text))).map(({ file }) => file),
    [],
  );
  const cli = sources.filter(({ file }) => file.startsWith('src/cli/') && !file.startsWith('src/cli/output/'));
  t.same(
    cli.filter(({ text }) => /\bconsole\./.test(withoutComments(text))).map(({ file }) => file),
    [],
  );
});

const firmware = filesUnder(join(root, 'firmware'), /\.[chS]$/).map((path) => ({
  file: relative(join(root, 'firmware'), path),
  text: readFileSync(path, 'utf8'),
}));

/** Folders of the firmware, and whose headers each may include. `binding` is the exported grapes_binding.h. */
const MAY_INCLUDE: Readonly<Record<string, readonly string[]>> = {
  core: [],
  kernels: ['core'],
  learn: ['core', 'kernels'],
  protocol: ['core'],
  storage: ['core'],
  boot: ['core', 'hal'],
  hal: ['core'],
  app: ['core', 'protocol', 'hal', 'binding', 'storage', 'learn', 'kernels'],
};

/** Standard headers of freestanding C99, and string.h for what the compiler calls anyway. */
const FREESTANDING = /^(stdint|stddef|stdbool|limits|float|stdarg|iso646|string)\.h$/;

/** The folder of an own header, `system` for one in angle brackets, null when nobody has it. */
function ownerOf(header: string, includer: string): string | null {
  if (header === 'grapes_binding.h') return 'binding';
  const near = join(dirname(includer), header);
  if (firmware.some(({ file }) => file === near)) return near.split('/')[0];
  const found = firmware.find(({ file }) => file === header || file.endsWith(`/${header}`));
  return found === undefined ? null : found.file.split('/')[0];
}

void t.test('firmware headers follow their table', async (t) => {
  const found: string[] = [];
  for (const { file, text } of firmware) {
    const folder = file.split('/')[0];
    if (!(folder in MAY_INCLUDE)) t.fail(`firmware/${file}: the folder "${folder}" is not in the table`);
    for (const [, open, header] of withoutComments(text).matchAll(/^\s*#\s*include\s+([<"])([^>"]+)[>"]/gm)) {
      if (open === '<') {
        // A process may use its operating system; an AVR keeps constants in flash through its own header, and Helium's
        // vectors are the compiler's.
        const special =
          file.startsWith('hal/') ||
          (file === 'core/grapes_flash.h' && header === 'avr/pgmspace.h') ||
          (file.startsWith('kernels/mve/') && header === 'arm_mve.h');
        if (!FREESTANDING.test(header) && !special) found.push(`firmware/${file} includes <${header}>`);
        continue;
      }
      const owner = ownerOf(header, file);
      if (owner !== folder && !(MAY_INCLUDE[folder] ?? []).includes(owner ?? '')) {
        found.push(`firmware/${file} includes "${header}" of ${owner ?? 'nobody'}`);
      }
    }
  }
  t.same(found, []);
});

void t.test('HAL families do not know each other, and registers stay in them', async (t) => {
  const families = new Set(
    firmware.filter(({ file }) => /^hal\/[^/]+\//.test(file)).map(({ file }) => file.split('/')[1]),
  );
  const found: string[] = [];
  for (const { file, text } of firmware) {
    const code = withoutComments(text);
    const own = file.startsWith('hal/') ? file.split('/')[1] : '';
    for (const family of families) {
      if (family !== own && new RegExp(`#\\s*include\\s+"[^"]*hal/${family}/`).test(code))
        found.push(`${file} includes of ${family}`);
    }
    // Peripherals of 32-bit machines stand from 0x40000000 on: an address there outside a HAL is a register.
    const address = /\(\s*(?:volatile\s+)?\w+\s*(?:volatile\s*)?\*\s*\)\s*0x[4-9a-fA-F]\w{7}/;
    if (own === '' && address.test(code)) found.push(`${file} has a register address`);
    if (own === '' && /\b(malloc|calloc|realloc|free)\s*\(/.test(code)) found.push(`${file} allocates`);
  }
  t.same(found, []);
});
