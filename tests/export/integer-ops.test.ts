// Random integer networks: exported, compiled and run, they give the reference's bytes, with both roundings.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import { planMemory } from '../../src/export/plan/plan.js';
import { Rng } from '../../src/util/rng.js';
import { optimize } from '../../src/optimize/optimize.js';
import { withWaste } from '../optimize/random-waste.js';
import { withInt4Weights } from '../ir/int4-weights.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { skipUnless } from '../lanes.js';
import type { TensorPlacement } from '../../src/ir/memory-plan.js';
import { placementFaults } from './placement-faults.js';
import { CORTEX_M0, exportRandom, runSelfTest, runSelfTestOnBoard, SANITIZERS, writeSources } from './harness.js';

const GRAPHS = 24;
/** Every third network has int4 weights: in all layers, or in a part of them. */
function mixed(graph: QuantizedGraph, rng: Rng, n: number): QuantizedGraph {
  if (n % 3 !== 1) return graph;
  return withInt4Weights(graph, () => n % 2 === 0 || rng.below(2) === 0);
}

const SETS = ['dsp', 'armv6m', 'plain', 'armv7m', 'rv32'] as const;

void t.test('random graphs in C on the host, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(20);
  const seen = new Set<string>();
  for (let n = 0; n < GRAPHS; n++) {
    const rounding = n % 3 === 2 ? 'single' : 'tflite';
    const drawn = mixed(randomIntegerGraph(rng, rounding), rng, n);
    // Every second one as it is deployed: passes leave odd channels, folded frames and clamps.
    const graph = n % 2 === 0 ? drawn : optimize(withWaste(drawn, rng), { learn: null }).output;
    for (const op of graph.ops) seen.add(op.kind);
    const { json, bin } = graphToFiles(graph);
    t.same(graphFromFiles(json, bin), graph, 'the graph survives the disk');
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels: SETS[n % SETS.length] }, 5);
    writeSources(dir, sources);
    const narrow = n % 10 === 2 ? ['-DGRAPES_NARROW_MULTIPLY=1'] : [];
    const said = runSelfTest(dir, sources, ['-O1', ...narrow, ...SANITIZERS]);
    t.match(said, /0 of 5 samples differ\nPASS/, `${rounding}: ${graph.ops.map((op) => op.kind).join(' ')}`);
  }
  t.equal(seen.size, 13, [...seen].sort().join(' '));
});

void t.test('random graphs as Armv6-M code', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const rng = new Rng(22);
  for (let n = 0; n < 6; n++) {
    const graph = mixed(randomIntegerGraph(rng, n % 3 === 2 ? 'single' : 'tflite'), rng, n);
    const dir = join(t.testdirName, `m0-${n}`);
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels: 'armv6m' }, 5);
    writeSources(dir, sources);
    const flags = [...CORTEX_M0, n % 2 === 0 ? '-O2' : '-Os'];
    const said = runSelfTestOnBoard(dir, sources, 'mps2-an385', flags);
    t.match(said, /0 of 5 samples differ\nPASS/, graph.ops.map((op) => op.kind).join(' '));
  }
});

void t.test('live tensors share no byte but where the kernel has read it', async (t) => {
  const rng = new Rng(21);
  let overlaid = 0;
  for (let n = 0; n < 60; n++) {
    const graph = mixed(randomIntegerGraph(rng), rng, n);
    for (const kernels of SETS) {
      const plan = planMemory(graph, null, kernels);
      t.same(placementFaults(graph, plan, kernels), [], `graph ${n}, ${kernels}`);
      t.ok(plan.arenaBoundBytes <= plan.arenaBytes && (!plan.arenaOptimal || plan.arenaBoundBytes === plan.arenaBytes));
      overlaid += plan.tensors.some((a) => plan.tensors.some((b) => overlies(b, a))) ? 1 : 0;
    }
  }
  t.ok(overlaid > 30, `${overlaid} plans lay an output over its input`);
});

/** Does the later one begin below the earlier one and reach into it? */
function overlies(later: TensorPlacement, earlier: TensorPlacement): boolean {
  const meets = later.firstOp === earlier.lastOp;
  return meets && later.offset < earlier.offset && earlier.offset < later.offset + later.bytes;
}
