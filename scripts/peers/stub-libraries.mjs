// PyTorch's wheel for Linux loads a dozen GPU libraries at start-up, 3 GB, even where it only ever computes on the CPU.
// This writes tiny shared libraries with the same names whose functions end the program, so that the loader is content.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Not the driver, libcuda.so: PyTorch looks for it only when asked for a GPU, and must not find it. */
const GPU_LIBRARY = /^lib(cu(?!da\.)|nv|nccl)/;
const GPU_FUNCTION = /^(cu|nv|nccl)\w*$/;

function output(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${args[0]} failed: ${result.error?.message ?? result.stderr}`);
}

/** Sonames that the library asks for. */
function needed(file) {
  return [...output('readelf', ['-Wd', file]).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((match) => match[1]);
}

/** Functions that the library leaves to others, as `name` or `name@version`. */
function undefinedFunctions(file) {
  const lines = output('nm', ['-D', '--undefined-only', file]).split('\n');
  return lines.map((line) => line.trim().split(/\s+/)[1] ?? '').filter((name) => GPU_FUNCTION.test(name.split('@')[0]));
}

function definedFunctions(file) {
  const lines = output('nm', ['-D', '--defined-only', file]).split('\n');
  return lines.map((line) => (line.split(/\s+/)[2] ?? '').split('@')[0]);
}

/** Compiles `soname` with `functions`, all under the symbol version that the callers ask for (or none). */
function compileStub(folder, soname, functions, version) {
  const scratch = mkdtempSync(join(tmpdir(), 'grapes-stub-'));
  const body = functions.map((name) => `void ${name}(void) { grapes_stub_called("${name}"); }`).join('\n');
  writeFileSync(
    join(scratch, 'stub.c'),
    `#include <stdio.h>\n#include <stdlib.h>\n` +
      `static void grapes_stub_called(const char* name) { fprintf(stderr, "%s: no GPU here\\n", name); abort(); }\n${body}\n`,
  );
  writeFileSync(join(scratch, 'stub.map'), version === null ? '{ global: *; };' : `${version} { global: *; };`);
  output('cc', [
    ...['-shared', '-fPIC', '-w', join(scratch, 'stub.c'), '-o', join(folder, soname)],
    ...[`-Wl,-soname,${soname}`, `-Wl,--version-script,${join(scratch, 'stub.map')}`],
  ]);
  rmSync(scratch, { recursive: true });
}

/** Puts a stub beside PyTorch's own libraries for each GPU library that is not installed. Returns their names. */
export function stubMissingLibraries(python) {
  const site = output(python, ['-c', 'import sysconfig; print(sysconfig.get_paths()["platlib"])']).trim();
  const folder = join(site, 'torch', 'lib');
  const own = readdirSync(folder).filter((file) => /\.so(\.|$)/.test(file));
  const gpuFolders = readdirSync(join(site, 'nvidia')).map((name) => join(site, 'nvidia', name, 'lib'));
  const gpuFiles = gpuFolders.flatMap((dir) => readdirSync(dir).map((file) => join(dir, file)));
  const real = gpuFiles.filter((file) => file.includes('.so'));
  const present = new Set([...own, ...real.map((file) => file.split('/').at(-1))]);
  const paths = own.map((file) => join(folder, file));
  const missing = [...new Set(paths.flatMap(needed))].filter((name) => GPU_LIBRARY.test(name) && !present.has(name));

  const defined = new Set([...paths, ...real].flatMap(definedFunctions));
  const wanted = [...new Set(paths.flatMap(undefinedFunctions))].filter((name) => !defined.has(name.split('@')[0]));
  const versionOf = (symbol) => symbol.split('@')[1] ?? null;
  // A library's version tag begins with its name, or is the name in capitals: libcublas.so.13, NVSHMEM.
  const belongs = (symbol, soname) => {
    const version = versionOf(symbol);
    return version === soname || (version !== null && soname.toUpperCase().startsWith(`LIB${version}_`));
  };
  const unversioned = wanted.filter((symbol) => versionOf(symbol) === null);
  for (const soname of missing) {
    const mine = wanted.filter((symbol) => belongs(symbol, soname));
    const prefix = soname.replace(/^lib/, '').split(/[._]/)[0].toLowerCase();
    const plain = unversioned.filter((name) => name.toLowerCase().startsWith(prefix));
    const names = [...mine.map((symbol) => symbol.split('@')[0]), ...plain];
    compileStub(folder, soname, names, mine.length === 0 ? null : versionOf(mine[0]));
  }
  return missing;
}
