// Installs what the project needs and says what and why. Plain JavaScript without packages: it runs before `npm ci`.
//   node scripts/setup.mjs            npm packages, compilers, emulator, build
//   GRAPES_SETUP=npm                  npm packages and build only (never asks apt)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What each program is for, and the Debian packages that bring it. */
const TOOLS = [
  { program: 'cc', packages: ['gcc', 'libc6-dev'], why: 'compiles the generated C for the `host` board' },
  {
    program: 'arm-none-eabi-gcc',
    packages: ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi'],
    why: 'cross-compiles firmware for Cortex-M boards',
  },
  { program: 'qemu-system-arm', packages: ['qemu-system-arm'], why: 'runs the virtual Cortex-M boards' },
  {
    program: 'riscv64-unknown-elf-gcc',
    packages: ['gcc-riscv64-unknown-elf'],
    why: 'cross-compiles firmware for the RISC-V board',
    testsOnly: true,
  },
  {
    program: 'qemu-system-riscv32',
    packages: ['qemu-system-misc'],
    why: 'runs the virtual board riscv32-virt',
    testsOnly: true,
  },
  {
    program: 'cmake',
    packages: ['cmake', 'make'],
    why: 'builds the CMake package of an exported model in the tests',
    testsOnly: true,
  },
  {
    program: 'avr-gcc',
    packages: ['gcc-avr', 'avr-libc'],
    why: 'checks in the tests that the generated C suits AVR',
    testsOnly: true,
  },
];

const say = (text) => console.error(text);

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  return result.status === 0;
}

function installNpmPackages() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.grapes-setup');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('setup: installing npm packages (npm ci)');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    say('setup: npm ci failed; see the lines above. Is the npm registry reachable?');
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

function installDebianPackages(missing) {
  const packages = missing.flatMap((tool) => tool.packages);
  const manual = `sudo apt-get install ${packages.join(' ')}`;
  if (!has('apt-get')) return say(`setup: no apt-get here. Install by hand: ${packages.join(' ')}`);
  const isRoot = process.getuid?.() === 0;
  const canSudo = !isRoot && has('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  const askSudo = !isRoot && !canSudo && has('sudo') && process.stdin.isTTY;
  if (!isRoot && !canSudo && !askSudo)
    return say(`setup: not root and no sudo. Ask an administrator to run: ${manual}`);
  const prefix = isRoot ? [] : ['sudo'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0', ...args];
    return run(command, rest, { env, stdio: [askSudo ? 'inherit' : 'ignore', 'ignore', 2] });
  };
  say(`setup: apt-get install ${packages.join(' ')}`);
  if (!apt('update')) say('setup: apt-get update failed; trying with the package lists at hand');
  if (!apt('install', '-y', '--no-install-recommends', ...packages)) say(`setup: that failed. Try by hand: ${manual}`);
}

const forTests = process.argv.includes('--tests');
installNpmPackages();
const wanted = TOOLS.filter((tool) => forTests || !tool.testsOnly);
const missing = wanted.filter((tool) => !has(tool.program));
if (missing.length > 0 && process.env.GRAPES_SETUP !== 'npm') {
  for (const tool of missing) say(`setup: ${tool.program} is missing: ${tool.why}`);
  installDebianPackages(missing);
}
for (const tool of wanted.filter((t) => !has(t.program))) {
  say(`setup: going on without ${tool.program} (${tool.why}).`);
}
if (!run('node', ['scripts/build.mjs'])) process.exit(1);
say('setup: ready');
