// Runs a TypeScript program of this repository (a benchmark) with the loader that the tests use: no type check.
//   node scripts/run-ts.mjs bench/instructions.ts ARGS
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const loader = '@isaacs/ts-node-temp-fork-for-pr-2009/import';
const [program, ...args] = process.argv.slice(2);
const result = spawnSync(process.execPath, ['--import', loader, join(root, program), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TS_NODE_PROJECT: join(root, 'tsconfig.tap.json'), TS_NODE_TRANSPILE_ONLY: '1' },
});
process.exit(result.status ?? 1);
