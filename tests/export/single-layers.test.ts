// Layers with numbers and shapes at the ends of what kernels pack tightly, one by one: the reference's bytes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { LAYERS } from '../../bench/layers/layers.js';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { exportRandom, runSelfTest, SANITIZERS, writeSources } from './harness.js';

const CHOSEN = /-128|near 1|large sums|one pixel|one window|multiplier|5x5 of 24/;

void t.test('single layers in C on the host, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(23);
  const layers = LAYERS.filter(({ id }) => CHOSEN.test(id));
  t.ok(layers.length > 10);
  layers.forEach(({ id, load }, n) => {
    const kernels = (['dsp', 'mve', 'dsp', 'armv6m'] as const)[n % 4];
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, load(n % 3 === 2 ? 'single' : 'tflite'), { learn: null, kernels }, 5);
    writeSources(dir, sources);
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, `${id}, ${kernels}`);
  });
});
