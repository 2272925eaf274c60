// The C of imported models: random .tflite files over all operators, whose reference outputs are TFLite Micro's
// (tests/import/random-tflite.test.ts), built on the host under ASan and UBSan.
import t from 'tap';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { Rng } from '../../src/util/rng.js';
import { randomFurtherTflite, randomTflite } from '../import/random-tflite.js';
import { skipUnless } from '../lanes.js';
import { exportRandom, readLibrary, runSelfTest, SANITIZERS, writeSources } from './harness.js';

const skip = skipUnless('cc');

/** Every function that plain kernels offer to generated code. */
function plainKernels(): Set<string> {
  const headers = Object.entries(readLibrary()).filter(([path]) => /^kernels\/plain\/.*_s8\.h$/.test(path));
  return new Set(headers.flatMap(([, text]) => text.match(/(?<=static inline void )grapes_\w+_s8\w*/g) ?? []));
}

void t.test('plain kernels give the bytes of the reference, each of them', { skip }, async (t) => {
  const rng = new Rng(40);
  const missing = plainKernels();
  t.ok(missing.size >= 18, [...missing].join(' '));
  for (let seed = 0; seed < 300 && missing.size > 0; seed++) {
    const rounding = seed % 8 > 5 ? 'single' : 'tflite';
    const draw = seed % 2 === 0 ? randomTflite : randomFurtherTflite;
    const graph = importTflite(draw(seed >> 1).file, { name: 'net', toolVersion: '0', rounding });
    const sources = exportRandom(rng, graph, { learn: null, kernels: 'plain' }, 6);
    const text = sources.files.map((file) => (sources.sources.includes(file.path) ? file.text : '')).join('');
    const fresh = [...missing].filter((kernel) => text.includes(`${kernel}(`));
    if (fresh.length === 0) continue;
    fresh.forEach((kernel) => missing.delete(kernel));
    const dir = t.testdir();
    writeSources(dir, sources);
    const narrow = seed % 4 > 1 ? ['-DGRAPES_NARROW_MULTIPLY=1'] : [];
    const ops = graph.ops.map(({ kind }) => kind).join(' ');
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS, ...narrow]), /\nPASS\n$/, `seed ${seed}: ${ops}`);
  }
  t.same([...missing], [], 'every kernel was built');
});
