// Installs @tensorflow/tfjs-node, the native back end of the tfjs engine, in .tfjs-node/ and nowhere else, so that it
// outlives `npm ci`. The package's own installer where its download host answers; otherwise the addon is compiled
// here against TensorFlow's C library out of a wheel from PyPI (docs/adr/0010-tfjs-node-from-a-wheel.md).
//   node scripts/setup-tfjs-node.mjs
//   GRAPES_TFJS_NODE=wheel            does not ask the download host at all
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFromWheel } from './tfjs-node/from-wheel.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const home = join(root, '.tfjs-node');
const modulePath = join(home, 'node_modules', '@tensorflow', 'tfjs-node');

/** The second brings the headers of Node's stable C interface, so that no Node headers need to be installed. */
const PACKAGES = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0'];
const PROBE_MS = 5000;
const INSTALLER_MS = 600_000;

const say = (text) => console.error(`setup:tfjs-node: ${text}`);

function fail(text) {
  say(text);
  say('the tfjs engine still works, with its WebAssembly or JavaScript back end.');
  process.exit(1);
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: home, stdio: ['ignore', 2, 2], encoding: 'utf8', ...options });
}

/** Loads the package in a process of its own, computes, and compares. Null if all is well, else what went wrong. */
function selfTest() {
  const result = run(process.execPath, [join(root, 'scripts', 'tfjs-node', 'self-test.mjs'), modulePath], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    timeout: 120_000,
  });
  if (result.status !== 0) return result.stderr.trim() || `ended with ${result.signal ?? result.status}`;
  say(result.stdout.trim());
  return null;
}

/** @returns {Promise<boolean>} whether the host of the package's own binaries answers at all */
async function downloadHostAnswers() {
  if (process.env.GRAPES_TFJS_NODE === 'wheel') return false;
  const { host } = JSON.parse(readFileSync(join(modulePath, 'package.json'), 'utf8')).binary;
  try {
    await fetch(host, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch (error) {
    say(`${new URL(host).host} does not answer (${error.cause?.code ?? error.name}): building from the PyPI wheel`);
    return false;
  }
}

function ownInstaller() {
  say("running the package's own installer (about 150 MB)");
  const path = `${join(home, 'node_modules', '.bin')}:${process.env.PATH}`;
  const env = { ...process.env, PATH: path };
  const result = run(process.execPath, ['scripts/install.js'], { cwd: modulePath, env, timeout: INSTALLER_MS });
  const problem = result.status === 0 ? selfTest() : `ended with ${result.signal ?? result.status}`;
  if (problem === null) return true;
  say(`that did not work (${problem.split('\n')[0]}): building from the PyPI wheel`);
  return false;
}

mkdirSync(home, { recursive: true });
if (selfTest() === null) process.exit(0);
const started = Date.now();
writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
say(`installing ${PACKAGES.join(' ')} (about 315 MB on disk)`);
const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES];
if (run('npm', npm).status !== 0) fail('npm install failed; see the lines above. Is the npm registry reachable?');
if (!((await downloadHostAnswers()) && ownInstaller())) {
  try {
    buildFromWheel({ modulePath, headers: join(home, 'node_modules', 'node-api-headers', 'include'), say });
  } catch (error) {
    fail(error.message);
  }
  const problem = selfTest();
  if (problem !== null) fail(`built, but does not work:\n${problem}`);
}
say(`ready in ${((Date.now() - started) / 1000).toFixed(0)} s; remove .tfjs-node/ to be rid of it`);
