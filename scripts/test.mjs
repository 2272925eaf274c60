// `npm test`: set-up, type check, lint, format check, all tests, and one closing line from tap's own counts.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function step(title, script, args) {
  console.error(`test: ${title}`);
  const result = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    console.error(`test: ${title} failed`);
    process.exit(result.status ?? 1);
  }
}

step('set-up', 'scripts/setup.mjs', ['--tests']);
step('type check', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']);
step('lint', 'node_modules/eslint/bin/eslint.js', ['.']);
step('format check', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);

const tapBin = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
const tap = spawn(process.execPath, [tapBin, ...process.argv.slice(2)], { cwd: root, stdio: ['ignore', 'pipe', 2] });
const counts = { passed: 0, failed: 0, skipped: 0 };
let rest = '';
tap.stdout.setEncoding('utf8');
tap.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) readSummary(line);
});

/** tap ends with `# { total: 12, pass: 11, fail: 1, skip: 2 }`. */
function readSummary(line) {
  const summary = /^# \{ total: .*\}$/.exec(line);
  if (summary === null) return;
  const number = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  counts.passed = number('pass');
  counts.failed = number('fail');
  counts.skipped = number('skip');
}

tap.on('close', (code) => {
  readSummary(rest);
  const failed = counts.failed + (code !== 0 && counts.failed === 0 ? 1 : 0);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${failed} failed${skipped}`);
  process.exit(code === 0 && counts.passed === 0 ? 1 : (code ?? 1));
});
