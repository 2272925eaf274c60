// Installs what the training benchmark compares with: PyTorch on the CPU, in .peers/ and nowhere else.
//   node scripts/setup-peers.mjs      a pinned PyTorch from PyPI, without its 3 GB of GPU libraries
//   GRAPES_PEERS=apt                  Debian's python3-torch (older, other BLAS)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stubMissingLibraries } from './peers/stub-libraries.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const peers = join(root, '.peers');
/** One line: the Python that has PyTorch. bench/train reads it. */
const pythonNote = join(peers, 'python');

/** The wheel for Linux is built for GPUs, but computes on the CPU all the same. */
const TORCH = 'torch==2.15.0';
const PURE_PACKAGES = ['filelock', 'typing-extensions', 'sympy', 'networkx', 'jinja2', 'fsspec', 'numpy'];
/** The two GPU libraries that register themselves while loading; small. The others are replaced by stubs. */
const RUNTIME_PACKAGES = ['nvidia-cuda-runtime==13.2.*', 'nvidia-cuda-cupti==13.2.*'];

const say = (text) => console.error(`setup:peers: ${text}`);

function run(command, args, stdio = ['ignore', 2, 2]) {
  return spawnSync(command, args, { cwd: root, stdio, encoding: 'utf8', env: { ...process.env, PIP_NO_INPUT: '1' } });
}

/** Computes something, so that a PyTorch that merely imports does not pass. Null if it does not work. */
function describe(python) {
  const program =
    'import torch, sys; x = torch.rand(64, 64); assert torch.isfinite(x @ x).all(); ' +
    'print(f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}, {torch.get_num_threads()} threads by default")';
  const result = run(python, ['-c', program], ['ignore', 'pipe', 'pipe']);
  return result.status === 0 ? result.stdout.trim() : null;
}

function ready(python) {
  const version = describe(python);
  if (version === null) return false;
  mkdirSync(peers, { recursive: true });
  writeFileSync(pythonNote, `${python}\n`);
  say(`${version} (${python})`);
  return true;
}

function fromPyPI() {
  const venv = join(peers, 'venv');
  const python = join(venv, 'bin', 'python');
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(peers, { recursive: true });
  say(`installing ${TORCH} from PyPI (about 600 MB)`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const done =
    run('python3', ['-m', 'venv', venv]).status === 0 &&
    run(python, [...pip, ...PURE_PACKAGES]).status === 0 &&
    run(python, [...pip, '--no-deps', TORCH, ...RUNTIME_PACKAGES]).status === 0;
  if (!done) {
    say('that failed; see the lines above');
    return false;
  }
  try {
    const stubs = stubMissingLibraries(python);
    say(`stubs for GPU libraries that nothing will call: ${stubs.join(', ')}`);
  } catch (error) {
    say(error.message);
    return false;
  }
  if (ready(python)) return true;
  say('PyTorch does not load');
  return false;
}

function fromDebian() {
  const manual = 'sudo apt-get install python3-torch';
  if (process.getuid?.() !== 0) {
    say(`try by hand: ${manual}, then again with GRAPES_PEERS=apt`);
    return ready('/usr/bin/python3');
  }
  say("installing Debian's python3-torch");
  const apt = (...args) => run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], ['ignore', 'ignore', 2]);
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'python3-torch', 'python3-numpy');
  return ready('/usr/bin/python3');
}

const present = existsSync(pythonNote) ? readFileSync(pythonNote, 'utf8').trim() : null;
const debianOnly = process.env.GRAPES_PEERS === 'apt';
if (present !== null && !debianOnly && ready(present)) process.exit(0);
if ((!debianOnly && fromPyPI()) || fromDebian()) process.exit(0);
say('no PyTorch here. `npm run bench:train` then prints our own numbers only.');
process.exit(1);
