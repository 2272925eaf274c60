// Builds the addon of @tensorflow/tfjs-node against TensorFlow's C library and headers as the Python wheel carries them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * tfjs-node asks for TensorFlow 2.9.1, whose wheel has the C functions only in a library that also needs Python. From
 * 2.12 they stand in libtensorflow_cc.so.2, which does not. The C interface only grew in between.
 */
const WHEEL = {
  version: '2.12.1',
  python: '310',
  platforms: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  sha256: 'd05b8268da5bd87cf43d46da177e3b3ca39f2db0437e56c5e18351db4cde8679',
};
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** Only these folders of the headers are read. */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tensorflow/tsl/'];

function need(condition, message) {
  if (!condition) throw new Error(message);
}

function run(command, args, what) {
  const env = { ...process.env, PIP_NO_INPUT: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const result = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env });
  need(result.error === undefined, `${what}: ${command} cannot be started (${result.error?.code}). Install it first.`);
  need(result.status === 0, `${what} failed:\n${result.stderr.trim()}`);
}

/** @returns {string} the checked wheel, inside `folder` */
function downloadWheel(folder) {
  const platforms = WHEEL.platforms.flatMap((name) => ['--platform', name]);
  const what = ['--no-deps', '--only-binary=:all:', '--python-version', WHEEL.python, ...platforms];
  const wheel = `tensorflow-cpu==${WHEEL.version}`;
  run('python3', ['-m', 'pip', 'download', '--quiet', ...what, '--dest', folder, wheel], `pip download ${wheel}`);
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '');
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  need(sha256 === WHEEL.sha256, `${wheel} has SHA-256 ${sha256}, expected ${WHEEL.sha256}: not used.`);
  return file;
}

/** Puts libraries and headers where the package's own installer would have put them. */
function unpack(wheel, deps) {
  const wanted = [
    ...LIBRARIES.map((name) => `tensorflow/${name}`),
    ...HEADERS.map((name) => `tensorflow/include/${name}`),
  ];
  const program =
    'import sys, zipfile\n' +
    'z = zipfile.ZipFile(sys.argv[1])\n' +
    'z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(tuple(sys.argv[3:]))])';
  run('python3', ['-c', program, wheel, deps, ...wanted], 'unpacking the wheel');
  const library = join(deps, 'tensorflow', LIBRARIES[0]);
  need(existsSync(library), `the wheel has no ${LIBRARIES[0]}`);
  symlinkSync(join('tensorflow', 'include'), join(deps, 'include'));
  mkdirSync(join(deps, 'lib'));
  const link = (name, target) => symlinkSync(target, join(deps, 'lib', name));
  for (const name of LIBRARIES) link(name, join('..', 'tensorflow', name));
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow.so.2.9.1']) link(name, LIBRARIES[0]);
  link('libtensorflow_framework.so', LIBRARIES[1]);
}

/** What binding.gyp says, without node-gyp: that would fetch the headers of Node from one more host. */
function compile(modulePath, headers) {
  const { binary } = JSON.parse(readFileSync(join(modulePath, 'package.json'), 'utf8'));
  const known = binary.napi_versions.filter((version) => version <= Number(process.versions.napi));
  const napi = Math.max(...known);
  const folder = join(modulePath, binary.module_path.replace('{napi_build_version}', String(napi)));
  mkdirSync(folder, { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(modulePath, 'binding', name));
  const include = [headers, modulePath, join(modulePath, '..'), join(modulePath, 'deps', 'include')].map(
    (path) => `-I${path}`,
  );
  const link = [`-L${join(modulePath, 'deps', 'lib')}`, '-ltensorflow', '-ltensorflow_framework'];
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', `-DNAPI_VERSION=${napi}`];
  const rpath = '-Wl,-rpath,$ORIGIN/../../deps/lib';
  const output = join(folder, 'tfjs_binding.node');
  run('g++', [...flags, ...include, '-o', output, ...sources, ...link, rpath], 'compiling the addon');
}

/**
 * @param {{ modulePath: string, headers: string, say: (text: string) => void }} where the installed package, the folder of
 *   node_api.h, and who hears what is done
 * @throws an Error that says which step failed and how
 */
export function buildFromWheel({ modulePath, headers, say }) {
  const machine = `${process.platform}-${process.arch}`;
  need(machine === 'linux-x64', `the wheel is for linux-x64, this is ${machine}: only the package's installer helps.`);
  const deps = join(modulePath, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(deps);
  const folder = mkdtempSync(join(tmpdir(), 'grapes-tfjs-node-'));
  try {
    say(`downloading tensorflow-cpu ${WHEEL.version} from PyPI (232 MB, 580 MB on disk)`);
    unpack(downloadWheel(folder), deps);
    say('compiling the addon');
    compile(modulePath, headers);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
