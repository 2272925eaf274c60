// Random integer networks with the kernels for MVE: on the host, where C stands in for the vectors, and on a virtual
// Cortex-M55.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Rng } from '../../src/util/rng.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { skipUnless } from '../lanes.js';
import { CORTEX_M55, exportRandom, runSelfTest, runSelfTestOnBoard, SANITIZERS, writeSources } from './harness.js';

const GRAPHS = 8;

void t.test('random graphs with kernels/mve', { skip: skipUnless('cc', 'arm', 'qemu') }, async (t) => {
  const rng = new Rng(55);
  const used = new Set<string>();
  for (let n = 0; n < GRAPHS; n++) {
    const rounding = n % 3 === 2 ? 'single' : 'tflite';
    const graph = randomIntegerGraph(rng, rounding);
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels: 'mve' }, 5);
    writeSources(dir, sources);
    for (const { text } of sources.files) for (const [name] of text.matchAll(/grapes_\w+_s8_mve/g)) used.add(name);
    const what = `${rounding}: ${graph.ops.map((op) => op.kind).join(' ')}`;
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, `host, ${what}`);
    const level = n % 2 === 0 ? '-O2' : '-Os';
    const said = runSelfTestOnBoard(dir, sources, 'mps3-an547', [...CORTEX_M55, level]);
    t.match(said, /0 of 5 samples differ\nPASS/, `${level}, ${what}`);
  }
  for (const op of ['conv_2d', 'depthwise_conv_2d', 'fully_connected', 'add'])
    t.ok(used.has(`grapes_${op}_s8_mve`), op);
});
