// Networks with int16 activations, the random .tflite models that TFLite Micro has run: in C they give the reference's bytes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { planMemory } from '../../src/export/plan/plan.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { narrowSums } from '../../src/export/c/kernel-sets/narrow-sums.js';
import { multiplySingleRounding, multiplyWide, type Rounding } from '../../src/ir/requantize.js';
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

void t.test('layers whose sums stay in int32 round once, with the same outputs', async (t) => {
  const rng = new Rng(9);
  let ties = 0;
  for (let n = 0; n < 20_000; n++) {
    const wide = { multiplier: n % 3 === 0 ? 2 ** 14 : 2 ** 14 + rng.below(2 ** 14), shift: rng.below(25) - 17 };
    const weight = 1 + rng.below(127);
    const layer = { weights: Int8Array.of(weight), foldedBias: Int32Array.of(rng.below(2001) - 1000) };
    const numbers = { ...layer, multiplier: Int32Array.of(wide.multiplier), shift: Int8Array.of(wide.shift) };
    const narrow = narrowSums(numbers, false)!;
    for (const x of [-32768, 32767, rng.below(65536) - 32768, rng.below(33) - 16]) {
      const sum = layer.foldedBias[0] + weight * x;
      const expected = multiplyWide(sum, wide.multiplier, wide.shift);
      if (multiplySingleRounding(sum, narrow.multiplier[0], narrow.shift[0]) !== expected) t.fail(JSON.stringify(wide));
      if ((sum * wide.multiplier) % 2 ** (15 - wide.shift) === 2 ** (14 - wide.shift)) ties++;
    }
  }
  t.ok(ties > 500, `${ties} sums end at one half`);
  const large = {
    weights: new Int8Array(517).fill(127),
    foldedBias: Int32Array.of(0),
    multiplier: Int32Array.of(2 ** 14),
  };
  t.equal(narrowSums({ ...large, shift: Int8Array.of(-9) }, false), null, 'a sum of 2^31');
  t.not(narrowSums({ ...large, weights: large.weights.subarray(1), shift: Int8Array.of(-9) }, false), null);
  t.equal(narrowSums({ ...large, weights: large.weights.subarray(9), shift: Int8Array.of(-18) }, false), null);
});

void t.test('live tensors share no byte but where the kernel has read it', async (t) => {
  for (let seed = 0; seed < 30; seed++) {
    const graph = network(seed, 'tflite');
    for (const kernels of ['plain', 'dsp'] as const) {
      t.same(placementFaults(graph, planMemory(graph, null, kernels), kernels), [], `graph ${seed}, ${kernels}`);
    }
  }
});
