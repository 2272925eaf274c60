// Builds what the package ships: AssemblyScript kernels to WebAssembly, TypeScript to dist/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(script, args) {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/**
 * Every `kernels/*.as.ts` becomes `kernels/../<name>.wasm`, beside the loader in src and in dist, and with relaxed SIMD
 * (fused multiply-add, for `--fast`) `<name>.fast.wasm`. The memory is shared: one build serves one thread and many.
 */
function buildKernels() {
  const wasmDir = join(root, 'src', 'train', 'engines', 'wasm');
  const kernels = join(wasmDir, 'kernels');
  if (!existsSync(kernels)) return [];
  return readdirSync(kernels)
    .filter((file) => file.endsWith('.as.ts'))
    .flatMap((file) => {
      const shared = ['--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536'];
      const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', ...shared];
      const wasm = join(wasmDir, file.replace(/\.as\.ts$/, '.wasm'));
      const fast = wasm.replace(/\.wasm$/, '.fast.wasm');
      run('assemblyscript/bin/asc.js', [join(kernels, file), ...flags, '-o', wasm]);
      run('assemblyscript/bin/asc.js', [join(kernels, file), ...flags, '--enable', 'relaxed-simd', '-o', fast]);
      return [wasm, fast];
    });
}

const startedAt = Date.now();
const wasmFiles = buildKernels();
rmSync(join(root, 'dist'), { recursive: true, force: true });
run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
for (const wasm of wasmFiles) {
  const target = join(root, 'dist', wasm.slice(join(root, 'src').length));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(wasm, target);
}

const modules = readdirSync(join(root, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js')).length;
const took = ((Date.now() - startedAt) / 1000).toFixed(1);
console.error(`built dist/: ${modules} modules, ${wasmFiles.length} WebAssembly files, in ${took} s`);
