// Runs a TypeScript bench from a checkout: node bench/run.mjs grapes-digits [ARGS]. Uses the compiler that the tests use.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const loader = join(root, 'node_modules/@isaacs/ts-node-temp-fork-for-pr-2009/import.mjs');
const [name, ...args] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  ['--no-warnings', '--import', loader, join(here, `${name}.ts`), ...args],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TS_NODE_TRANSPILE_ONLY: '1',
      TS_NODE_PROJECT: join(root, 'tsconfig.tap.json'),
    },
  },
);
process.exit(status ?? 1);
