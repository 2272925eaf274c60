// The order of ops: the least peak, proven; the same bytes; a smaller arena.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { orderOps } from '../../src/export/plan/order/order-ops.js';
import { peakOf, type OrderedOp, type OrderProblem } from '../../src/export/plan/order/order-problem.js';
import { searchOrder } from '../../src/export/plan/order/search-order.js';
import { planMemory } from '../../src/export/plan/plan.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { Rng } from '../../src/util/rng.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { skipUnless } from '../lanes.js';
import { Branching } from './branching.js';
import { exportRandom, randomSamples, runSelfTest, SANITIZERS, writeSources } from './harness.js';
import { placementFaults } from './placement-faults.js';

/** Several ops of one kind over one tensor, whose outputs one op reads, or two. */
function twins(rng: Rng): OrderProblem {
  const count = 3 + rng.below(3);
  const parts = Array.from({ length: count }, (_, k) => k + 1);
  const sizes = [8 * (1 + rng.below(3)), 8 * (1 + rng.below(3))];
  const bytes = [4 * rng.below(30), ...parts.map(() => sizes[rng.below(2)]), 8, 8 * rng.below(12)];
  const ops = parts.map((writes): OrderedOp => ({ reads: [0], writes, scratchBytes: 0, saves: [4 * rng.below(2)] }));
  const some = parts.filter(() => rng.below(3) > 0);
  const first = some.length > 0 ? some : [1];
  ops.push({ reads: first, writes: count + 1, scratchBytes: 0, saves: first.map((id) => (id === first[0] ? 8 : 0)) });
  const all = [...parts, count + 1];
  ops.push({ reads: all, writes: count + 2, scratchBytes: 0, saves: all.map(() => 0) });
  return { ops, bytes, kept: new Set([count + 2]), given: [0] };
}

/** Up to seven ops over tensors of random sizes; op k writes tensor k + 1. */
function randomProblem(rng: Rng): OrderProblem {
  if (rng.below(4) === 0) return twins(rng);
  const count = 3 + rng.below(5);
  const bytes = Array.from({ length: count + 1 }, () => 4 * (1 + rng.below(rng.below(2) === 0 ? 4 : 60)));
  const ops = Array.from({ length: count }, (_, k): OrderedOp => {
    const reads = [...new Set(Array.from({ length: 1 + rng.below(3) }, () => rng.below(k + 1)))];
    const scratchBytes = rng.below(3) === 0 ? 4 * rng.below(20) : 0;
    const saves = reads.map((id) => (rng.below(3) === 0 ? Math.min(bytes[id], bytes[k + 1]) : 0));
    return { reads, writes: k + 1, scratchBytes, saves };
  });
  return { ops, bytes, kept: new Set([count, ...(rng.below(4) === 0 ? [rng.below(count)] : [])]), given: [0] };
}

function* orders({ ops }: OrderProblem, order: readonly number[] = []): Generator<readonly number[]> {
  if (order.length === ops.length) yield order;
  for (const [k, { reads }] of ops.entries()) {
    if (order.includes(k) || !reads.every((id) => id === 0 || order.includes(id - 1))) continue;
    yield* orders({ ops } as OrderProblem, [...order, k]);
  }
}

void t.test('the least peak of all orders, of small random graphs', async (t) => {
  const rng = new Rng(31);
  let better = 0;
  for (let n = 0; n < 400; n++) {
    const problem = randomProblem(rng);
    const peaks = new Map([...orders(problem)].map((order) => [String(order), peakOf(problem, order)]));
    const least = Math.min(...peaks.values());
    const given = peakOf(problem, [...problem.ops.keys()]);
    const found = searchOrder(problem);
    t.equal(found.peakBytes, least, JSON.stringify(problem));
    t.equal(found.boundBytes, least);
    t.equal(peaks.get(String(found.order)), least, 'the order is one of them, and has that peak');
    if (least < given) better++;
    else t.same(found.order, [...problem.ops.keys()], 'the given order stays where none is better');
    // A search that gives up keeps what it has proven, and never makes things worse.
    const hasty = searchOrder(problem, 1 + rng.below(3));
    t.ok(hasty.boundBytes <= least && least <= hasty.peakBytes && hasty.peakBytes <= given);
    t.equal(peaks.get(String(hasty.order)), hasty.peakBytes);
  }
  t.ok(better > 100, `${String(better)} orders were better than the given one`);
});

/** Parts of one tensor, joined at once. */
function fan(sizes: readonly number[]): OrderProblem {
  const ops = sizes.map((_, k): OrderedOp => ({ reads: [0], writes: 1 + k, scratchBytes: 0, saves: [0] }));
  const parts = sizes.map((_, k) => 1 + k);
  const last = 1 + sizes.length;
  ops.push({ reads: parts, writes: last, scratchBytes: 0, saves: parts.map(() => 0) });
  return { ops, bytes: [100_000, ...sizes, 4], kept: new Set([last]), given: [0] };
}

void t.test('very many ops that can run at one time', async (t) => {
  // Any order of equal parts is as good as the given one: as many sets as there are parts tell.
  const equal = fan(new Array<number>(200).fill(10));
  t.match(searchOrder(equal), { peakBytes: 102_000, boundBytes: 102_000 });
  // Of different ones there are 2^200 sets.
  const different = fan(Array.from({ length: 200 }, (_, k) => 10 + k));
  const given = peakOf(different, [...different.ops.keys()]);
  const found = searchOrder(different, Infinity, 10_000);
  t.same(found.order, [...different.ops.keys()]);
  t.equal(found.peakBytes, given);
  t.ok(found.boundBytes <= given);
});

void t.test('many branches: a proof within the limit, or a bound and an order that is still good', async (t) => {
  // Twelve branches, each a large tensor that becomes a small one, all large ones first.
  const wide = 12;
  const bytes = [100, ...new Array<number>(wide).fill(1000), ...new Array<number>(wide).fill(10), 4];
  const ops: OrderedOp[] = [];
  for (let k = 0; k < wide; k++) ops.push({ reads: [0], writes: 1 + k, scratchBytes: 0, saves: [0] });
  for (let k = 0; k < wide; k++) ops.push({ reads: [1 + k], writes: 1 + wide + k, scratchBytes: 0, saves: [0] });
  const small = Array.from({ length: wide }, (_, k) => 1 + wide + k);
  ops.push({ reads: small, writes: 1 + 2 * wide, scratchBytes: 0, saves: small.map(() => 0) });
  const problem = { ops, bytes, kept: new Set([1 + 2 * wide]), given: [0] };
  t.equal(peakOf(problem, [...ops.keys()]), 100 + 1000 * wide);
  // The last large one comes when all other branches are small.
  const least = 100 + 1000 + 10 * (wide - 1);
  t.match(searchOrder(problem), { peakBytes: least, boundBytes: least });
  const hasty = searchOrder(problem, 5);
  t.ok(hasty.boundBytes <= least && hasty.peakBytes === least, JSON.stringify(hasty));
});

/** Two branches, drawn breadth first: both are wide at the same time. */
function twoBranches(): QuantizedGraph {
  const net = new Branching([16, 16, 4]);
  const wide = [net.conv(net.input, 24), net.conv(net.input, 24, 3)];
  const narrow = wide.map((x) => net.pool(x, 8));
  return net.graph(net.add(narrow[0], narrow[1]));
}

/** A block of GoogLeNet's kind, breadth first. */
function inception(): QuantizedGraph {
  const net = new Branching([8, 8, 16]);
  const first = [1, 1, 3, 5].map((kernel) => net.conv(net.input, 40, kernel));
  const second = first.map((x) => net.conv(x, 8, 1));
  return net.graph(net.pool(net.concat(second, 2), 4));
}

/** Two levels down and up; what is passed over is narrowed only where it is needed. */
function uNet(): QuantizedGraph {
  const net = new Branching([16, 16, 3]);
  const top = net.conv(net.input, 16, 3);
  const middle = net.conv(net.pool(top, 2), 16, 3);
  const bottom = net.conv(net.conv(net.pool(middle, 2), 32, 3), 32);
  const up = net.reshape(net.conv(bottom, 8), [8, 8, 2]);
  const joined = net.conv(net.concat([up, net.conv(middle, 2)], 2), 8, 3);
  const upper = net.reshape(joined, [16, 16, 2]);
  return net.graph(net.pool(net.concat([upper, net.conv(top, 2)], 2), 8));
}

const NETWORKS = { twoBranches: twoBranches(), inception: inception(), uNet: uNet() };

void t.test('networks where the order matters: less arena, the same bytes', async (t) => {
  const rng = new Rng(32);
  for (const [name, graph] of Object.entries(NETWORKS)) {
    for (const streaming of ['off', 'auto'] as const) {
      const { output, report } = orderOps(graph, { learn: null, kernels: 'dsp', streaming });
      const before = planMemory(graph, null, 'dsp', streaming).arenaBytes;
      const plan = planMemory(output, null, 'dsp', streaming);
      t.equal(report?.arenaBytes?.before, before, name);
      t.equal(report?.arenaBytes?.after, plan.arenaBytes, name);
      t.equal(report?.liveBytes.after, report?.liveBytes.bound, `${name}: proven`);
      if (streaming === 'off') {
        t.ok(plan.arenaBytes <= before * 0.85, `${name}: ${String(before)} -> ${String(plan.arenaBytes)}`);
        t.same(placementFaults(output, plan, 'dsp'), []);
      }
      t.ok(plan.arenaBytes <= before, `${name}, ${streaming}: ${String(before)} -> ${String(plan.arenaBytes)}`);
      t.same([...output.ops].sort(byName), [...graph.ops].sort(byName), 'the same ops');
      t.same(orderOps(graph, { learn: null, kernels: 'dsp', streaming }), { output, report }, 'again the same');
      for (const input of randomSamples(rng, graph, 3).inputs) {
        t.same(runInt8(output, input).output, runInt8(graph, input).output, `${name}: the same bytes`);
      }
    }
  }
});

void t.test('a network of one order stays as it is', async (t) => {
  const net = new Branching([8, 8, 3]);
  const graph = net.graph(net.pool(net.conv(net.input, 9, 3), 2));
  const { output, report } = orderOps(graph, { learn: null, kernels: 'dsp' });
  t.equal(output, graph);
  t.equal(report, null);
  // In its order already: the search proves it.
  const best = orderOps(NETWORKS.inception, { learn: null, kernels: 'dsp' }).output;
  const again = orderOps(best, { learn: null, kernels: 'dsp' });
  t.equal(again.output, best);
  t.match(again.report, { arenaBytes: null });
});

void t.test('ordered networks in C, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(33);
  const graphs = [...Object.values(NETWORKS), ...Array.from({ length: 3 }, () => randomIntegerGraph(rng))];
  for (const [n, graph] of graphs.entries()) {
    const kernels = (['dsp', 'plain', 'armv6m'] as const)[n % 3];
    const { output } = orderOps(graph, { learn: null, kernels });
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, output, { learn: null, kernels }, 5);
    writeSources(dir, sources);
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, String(n));
  }
});

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
