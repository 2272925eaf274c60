import t from 'tap';
import { placeBuffers } from '../../src/export/plan/arena.js';
import { totalOf, type BufferRequest, type Placed } from '../../src/export/plan/buffers.js';
import { Conflicts, type Overlap } from '../../src/export/plan/conflicts.js';
import { planMemory } from '../../src/export/plan/plan.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { placementFaults } from './placement-faults.js';

const LEARN: LearnSpec = { layers: 'all', learningRate: 0.01, grapes: 'propagating', nodeSums: 'round-robin' };

void t.test('buffers that live together never overlap, start aligned, and stay inside', async (t) => {
  const rng = new Rng(5);
  for (let round = 0; round < 200; round++) {
    const alignment = [1, 4, 16][rng.below(3)];
    const requests = Array.from({ length: 1 + rng.below(12) }, (_, id): BufferRequest => {
      const first = rng.below(8);
      return { id, bytes: 1 + rng.below(100), first, last: first + rng.below(4) };
    });
    const { offsets, totalBytes } = placeBuffers(requests, alignment);
    const bad = requests.flatMap((a) => {
      const at = offsets.get(a.id)!;
      const problems = at % alignment === 0 && at >= 0 && at + a.bytes <= totalBytes ? [] : [`${a.id} at ${at}`];
      for (const b of requests) {
        const together = b.id > a.id && a.first <= b.last && b.first <= a.last;
        const to = offsets.get(b.id)!;
        if (together && at < to + b.bytes && to < at + a.bytes) problems.push(`${a.id} over ${b.id}`);
      }
      return problems;
    });
    t.same(bad, [], JSON.stringify(requests));
  }
});

void t.test('what may overlap begins far enough below, and a proof means that no order does better', async (t) => {
  const rng = new Rng(7);
  let proven = 0;
  let saved = 0;
  for (let round = 0; round < 60; round++) {
    const chain = Array.from({ length: 2 + rng.below(5) }, (_, k): BufferRequest => {
      return { id: k, bytes: 1 + rng.below(40), first: k - 1, last: k + (rng.below(4) === 0 ? 1 : 0) };
    });
    const overlaps = chain.slice(1).flatMap((b, k) => {
      return chain[k].last === b.first ? [{ over: b.id, under: k, distance: 1 + rng.below(b.bytes) }] : [];
    });
    const layout = placeBuffers(chain, 4, overlaps);
    t.same(disturbed(chain, overlaps, layout.offsets), [], JSON.stringify(chain));
    const every = new Conflicts(chain, overlaps, 4);
    const least = Math.min(...permutations(chain).map((order) => totalOf(every.firstFit(order))));
    if (layout.optimal) {
      proven++;
      t.equal(layout.totalBytes, least, JSON.stringify(chain));
    }
    t.ok(layout.boundBytes <= least, 'no order goes below the bound');
    if (layout.totalBytes < placeBuffers(chain, 4).totalBytes) saved++;
  }
  t.ok(proven > 50 && saved > 20, `${proven} proven, ${saved} saved bytes`);
});

/** Pairs that share bytes while both matter, closer than they may or at a distance between two steps. */
function disturbed(
  requests: readonly BufferRequest[],
  overlaps: readonly Overlap[],
  offsets: ReadonlyMap<number, number>,
): string[] {
  return requests.flatMap((a) =>
    requests.flatMap((b) => {
      const [first, second] = [offsets.get(a.id)!, offsets.get(b.id)!];
      const apart = first + a.bytes <= second || second + b.bytes <= first;
      if (b.id <= a.id || b.first > a.last || apart) return [];
      const allowed = overlaps.find((o) => o.over === b.id && o.under === a.id);
      const below = first - second;
      const fits = allowed !== undefined && below >= allowed.distance && below % (allowed.step ?? 1) === 0;
      return fits ? [] : [`${a.id} at ${first} and ${b.id} at ${second}`];
    }),
  );
}

void t.test('where only multiples of a step may lie between two buffers, only those do', async (t) => {
  const rng = new Rng(11);
  for (let round = 0; round < 120; round++) {
    const requests = Array.from({ length: 3 + rng.below(8) }, (_, id): BufferRequest => {
      return { id, bytes: 1 + rng.below(60), first: id - 1, last: id + (rng.below(3) === 0 ? 1 + rng.below(3) : 0) };
    });
    const overlaps = requests.slice(1).flatMap((b, k): Overlap[] => {
      if (requests[k].last !== b.first || rng.below(4) === 0) return [];
      return [{ over: b.id, under: k, distance: 1 + rng.below(b.bytes), step: [1, 3, 5, 8][rng.below(4)] }];
    });
    const every = new Conflicts(requests, overlaps, 4);
    const placed: Placed[] = [];
    for (const request of [...requests].sort((a, b) => b.bytes - a.bytes)) {
      placed.push({ ...request, offset: every.tightest(request, placed) });
    }
    t.same(disturbed(requests, overlaps, new Map(placed.map((p) => [p.id, p.offset]))), [], JSON.stringify(requests));
    const high: Placed[] = [];
    for (const request of requests) {
      const offset = every.highest(request, high, 100) ?? every.lowest(request, high);
      high.push({ ...request, offset });
    }
    t.same(disturbed(requests, overlaps, new Map(high.map((p) => [p.id, p.offset]))), [], JSON.stringify(requests));
  }
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, k) => permutations(items.filter((_, j) => j !== k)).map((rest) => [item, ...rest]));
}

void t.test('a chain of layers takes its two largest neighbours, no more', async (t) => {
  const rng = new Rng(6);
  for (let round = 0; round < 100; round++) {
    const sizes = Array.from({ length: 2 + rng.below(8) }, () => 4 * (1 + rng.below(60)));
    const chain = sizes.map((bytes, k): BufferRequest => ({ id: k, bytes, first: k - 1, last: k }));
    const bound = Math.max(...sizes.slice(1).map((s, k) => s + sizes[k]));
    const { totalBytes } = placeBuffers(chain, 4);
    t.equal(totalBytes, bound, sizes.join('-'));
  }
});

const dense = (sizes: readonly number[], activation: 'relu' | 'tanh'): QuantizedGraph =>
  randomQuantizedGraph(new Rng(1), { sizes, activation, bias: true });

function plan(
  sizes: readonly number[],
  activation: 'relu' | 'tanh',
  learn: LearnSpec | null,
  kernels: 'plain' | 'dsp',
) {
  return planMemory(dense(sizes, activation), learn, kernels);
}

void t.test('the arena of a network', async (t) => {
  const plain = plan([64, 32, 10], 'relu', null, 'plain');
  t.equal(plain.arenaBytes, 64 + 32, 'input and hidden; the output lies over the input');
  t.equal(plain.macs, 64 * 32 + 32 * 10);
  const weights = 64 * 32 + 32 * 10;
  t.equal(plain.constantBytes, weights + 42 * (4 + 4 + 1), 'weights, and 9 bytes per output');

  const tanh = plan([64, 32, 10], 'tanh', null, 'plain');
  t.equal(tanh.arenaBytes, 64 + 32, 'the table lookup works in place');
  t.equal(tanh.constantBytes, plain.constantBytes + 256);

  const dsp = plan([64, 32, 10], 'relu', null, 'dsp');
  t.same(
    dsp.scratch.map(({ opIndex, bytes }) => [opIndex, bytes]),
    [
      [0, 2 * 64 + 3],
      [1, 2 * 32 + 3],
    ],
  );
  t.equal(dsp.arenaBytes, 2 * 64 + 3 + 32, 'the input lies under the end of what it is spread out to');
  for (const sizes of [
    [64, 32, 10],
    [33, 70, 9, 14],
  ]) {
    t.same(placementFaults(dense(sizes, 'tanh'), plan(sizes, 'tanh', null, 'dsp'), 'dsp'), []);
  }
});

void t.test('the learning state of 64-32-10 in 10 KB', async (t) => {
  const learn = plan([64, 32, 10], 'relu', LEARN, 'dsp').learn!;
  t.same(learn.trainedOps, ['dense1', 'dense2']);
  t.equal(learn.weightBytes, 4 * 2368);
  t.equal(learn.biasBytes, 4 * 42);
  t.equal(learn.nodeSumBytes, 4 * 32);
  t.equal(learn.stateBytes, 9768);
  t.equal(learn.scratchBytes, 4 * 74, 'two hidden vectors and the logits; the input goes through in tiles');
  t.equal(learn.ramBytes, 10068);
  const off = plan([64, 32, 10], 'relu', { ...LEARN, grapes: 'off' }, 'dsp').learn!;
  t.equal(off.nodeSumBytes, 0, 'no sums without GRAPES');
  const head = plan([784, 64, 10], 'relu', { ...LEARN, layers: 1 }, 'plain').learn!;
  t.equal(head.ramBytes, 4 * (64 * 10 + 10) + 4 + 4 * (10 + 32), 'a head: its weights, logits and a tile of 32');
});
