// Networks with int16 activations, the random .tflite models that TFLite Micro has run: in C they give the reference's bytes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { planMemory } from '../../src/export/plan/plan.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { Rounding } from '../../src/ir/requantize.js';
import { optimize } from '../../src/optimize/optimize.js';
import { Rng } from '../../src/util/rng.js';
import { randomInt16Tflite } from '../import/random-tflite.js';
import { skipUnless } from '../lanes.js';
import {
  CORTEX_M0,
  CORTEX_M4F,
  exportRandom,
  runSelfTest,
  runSelfTestOnBoard,
  SANITIZERS,
  writeSources,
} from './harness.js';
import { placementFaults } from './placement-faults.js';

/** As it is deployed: exact passes done. */
function network(seed: number, rounding: Rounding): QuantizedGraph {
  const { file } = randomInt16Tflite(seed);
  return optimize(importTflite(file, { name: 'net', toolVersion: '0', rounding }), { learn: null }).output;
}

function exported(dir: string, graph: QuantizedGraph, kernels: KernelSet) {
  mkdirSync(dir, { recursive: true });
  const sources = exportRandom(new Rng(1), graph, { learn: null, kernels }, 5);
  writeSources(dir, sources);
  return sources;
}

const roundingOf = (seed: number): Rounding => (seed % 4 === 3 ? 'single' : 'tflite');
const said = (graph: QuantizedGraph): string => graph.ops.map((op) => op.kind).join(' ');

void t.test('in C on the host, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 14; seed++) {
    const graph = network(seed, roundingOf(seed));
    for (const op of graph.ops) if (graph.tensors[op.output].dtype === 'int16') seen.add(op.kind);
    const dir = join(t.testdirName, String(seed));
    const sources = exported(dir, graph, seed % 2 === 0 ? 'plain' : 'dsp');
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, said(graph));
  }
  t.ok(seen.size >= 12, [...seen].sort().join(' '));
});

void t.test('on Cortex-M0 and M4', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  for (let seed = 24; seed < 29; seed++) {
    const graph = network(seed, roundingOf(seed));
    const [kernels, machine, flags] =
      seed % 4 === 0 ? (['armv6m', 'mps2-an385', CORTEX_M0] as const) : (['dsp', 'mps2-an386', CORTEX_M4F] as const);
    const dir = join(t.testdirName, String(seed));
    const sources = exported(dir, graph, kernels);
    const output = runSelfTestOnBoard(dir, sources, machine, [...flags, seed % 2 === 0 ? '-O2' : '-Os']);
    t.match(output, /0 of 5 samples differ\nPASS/, said(graph));
  }
});

void t.test('live tensors share no byte but where the kernel has read it', async (t) => {
  for (let seed = 0; seed < 30; seed++) {
    const graph = network(seed, 'tflite');
    for (const kernels of ['plain', 'dsp'] as const) {
      t.same(placementFaults(graph, planMemory(graph, null, kernels), kernels), [], `graph ${seed}, ${kernels}`);
    }
  }
});
