import t from 'tap';
import { placeBuffers, type BufferRequest } from '../../src/export/plan/arena.js';
import { planMemory } from '../../src/export/plan/plan.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import type { MemoryPlan } from '../../src/ir/memory-plan.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from '../ir/graphs.js';

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

function plan(
  sizes: readonly number[],
  activation: 'relu' | 'tanh',
  learn: LearnSpec | null,
  kernels: 'plain' | 'dsp',
) {
  return planMemory(randomQuantizedGraph(new Rng(1), { sizes, activation, bias: true }), learn, kernels);
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
  t.notOk(liveOverlap(dsp), 'scratch lies on nothing that the op reads or writes');
  t.notOk(liveOverlap(plan([33, 70, 9, 14], 'tanh', null, 'dsp')));
});

/** Tensors and scratch that share bytes at the same op, other than an in-place pair. */
function liveOverlap({ tensors, scratch }: MemoryPlan): string | null {
  const buffers = [
    ...tensors.map((x) => ({ name: x.name, offset: x.offset, bytes: x.bytes, first: x.firstOp, last: x.lastOp })),
    ...scratch.map((x) => ({ name: `scratch${x.opIndex}`, ...x, first: x.opIndex, last: x.opIndex })),
  ];
  for (const a of buffers) {
    for (const b of buffers) {
      const inPlace = a.last === b.first && a.offset === b.offset && a.bytes === b.bytes;
      const together = a.first <= b.last && b.first <= a.last;
      const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      if (a !== b && a.first <= b.first && together && overlap && !inPlace) return `${a.name} and ${b.name}`;
    }
  }
  return null;
}

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
