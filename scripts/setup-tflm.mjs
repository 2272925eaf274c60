// Installs TFLite Micro's interpreter from PyPI into .peers/tflm: the oracle behind tests/vectors/tflm. Neither `npm test`
// nor any user needs it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const venv = join(root, '.peers', 'tflm');
const python = join(venv, 'bin', 'python');
const TFLM = 'tflite-micro==0.dev20261023182759';

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, PIP_NO_INPUT: '1' } });
  if (status !== 0) {
    console.error(`setup:tflm: ${command} ${args.join(' ')} ended with ${status}`);
    process.exit(1);
  }
}

rmSync(venv, { recursive: true, force: true });
run('python3', ['-m', 'venv', venv]);
run(python, ['-m', 'pip', 'install', '--quiet', TFLM]);
run(python, ['-c', 'from tflite_micro.python.tflite_micro import runtime']);
console.error(`setup:tflm: ${TFLM} is ready; ${python} scripts/tflm/run.py SAMPLES MODEL...`);
