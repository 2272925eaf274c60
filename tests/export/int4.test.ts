// Random networks of int4 weights, in all layers or in some: every kernel set on the host under sanitizers, where C stands in
// for assembly, and on the virtual board of its core.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { KernelSet } from '../../src/ir/c-sources.js';
import { Rng } from '../../src/util/rng.js';
import { withInt4Weights } from '../ir/int4-weights.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { skipUnless } from '../lanes.js';
import {
  CORTEX_M0,
  CORTEX_M3,
  CORTEX_M4F,
  CORTEX_M55,
  exportRandom,
  runSelfTest,
  runSelfTestOnBoard,
  SANITIZERS,
  writeSources,
} from './harness.js';

const GRAPHS = 3;
const BOARDS: readonly (readonly [KernelSet, string | null, readonly string[]])[] = [
  ['plain', null, []],
  ['rv32', null, []],
  ['dsp', 'mps2-an386', CORTEX_M4F],
  ['armv6m', 'mps2-an385', CORTEX_M0],
  ['armv7m', 'mps2-an385', CORTEX_M3],
  ['mve', 'mps3-an547', CORTEX_M55],
];

void t.test('int4 weights', { skip: skipUnless('cc', 'arm', 'qemu') }, async (t) => {
  for (const [kernels, board, flags] of BOARDS) {
    const rng = new Rng(40);
    const used = new Set<string>();
    for (let n = 0; n < GRAPHS; n++) {
      const rounding = n % 3 === 2 ? 'single' : 'tflite';
      const graph = withInt4Weights(randomIntegerGraph(rng, rounding), () => n % 2 === 0 || rng.below(2) === 0);
      const dir = join(t.testdirName, `${kernels}-${n}`);
      mkdirSync(dir, { recursive: true });
      const sources = exportRandom(rng, graph, { learn: null, kernels }, 5);
      writeSources(dir, sources);
      for (const { text } of sources.files)
        for (const [name] of text.matchAll(/grapes_(?:\w+_s4_\w+|unpack_s4)(?=\()/g)) used.add(name);
      const what = `${kernels}, ${rounding}: ${graph.ops.map((op) => op.kind).join(' ')}`;
      t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, `host, ${what}`);
      if (board === null) continue;
      const level = n % 2 === 0 ? '-O2' : '-Os';
      const said = runSelfTestOnBoard(dir, sources, board, [...flags, level]);
      t.match(said, /0 of 5 samples differ\nPASS/, `${level}, ${what}`);
    }
    // Helium's convolutions of few weights unpack them.
    for (const kernel of kernels === 'mve' ? ['fully_connected_s4'] : ['conv_2d_s4', 'fully_connected_s4']) {
      t.ok(
        [...used].some((name) => name.startsWith(`grapes_${kernel}`)),
        `${kernels}: ${kernel}`,
      );
    }
    if (kernels === 'mve') t.ok(used.has('grapes_unpack_s4'), `${kernels}: depthwise`);
  }
});
