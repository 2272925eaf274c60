// Tensors that are pieces of others: concatenations, slices and reshapes that copy nothing.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { planMemory } from '../../src/export/plan/plan.js';
import { chooseViews, possibleViews } from '../../src/export/plan/views.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { Branching } from './branching.js';
import { exportRandom, runSelfTest, SANITIZERS, writeSources } from './harness.js';
import { placementFaults } from './placement-faults.js';

/** Rows of an image behind each other, from two convolutions. */
function joinedRows(): QuantizedGraph {
  const net = new Branching([6, 8, 4]);
  const parts = [net.conv(net.input, 8, 3), net.conv(net.pool(net.input, 2), 8)];
  const narrow = net.reshape(parts[1], [3, 4, 8]);
  return net.graph(net.pool(net.conv(net.concat([net.reshape(parts[0], [12, 4, 8]), narrow], 0), 4), 1));
}

/** An image whose halves go ways of their own and are joined again. */
function halves(): QuantizedGraph {
  const net = new Branching([8, 8, 4]);
  const image = net.conv(net.input, 8, 3);
  const half = (k: number): number => {
    return net.op({ kind: 'strided_copy', offset: k * 256, strides: [64, 8, 1] }, [image], [4, 8, 8]);
  };
  return net.graph(net.concat([net.conv(half(0), 8, 3), net.conv(half(1), 8)], 0));
}

/** A vector that is read in two shapes, and joined with itself. */
function twoShapes(): QuantizedGraph {
  const net = new Branching([4, 4, 8]);
  const image = net.conv(net.input, 8);
  const wide = net.conv(net.reshape(image, [2, 4, 16]), 16);
  const back = net.reshape(wide, [4, 4, 8]);
  const sum = net.add(back, image);
  return net.graph(net.concat([sum, sum], 0));
}

/** Pieces that begin where no word does, and parts that are read later: they are copied. */
function odd(): QuantizedGraph {
  const net = new Branching([5, 3, 1]);
  const a = net.conv(net.input, 1);
  const b = net.conv(net.input, 1, 3);
  const joined = net.conv(net.concat([a, b], 0), 3);
  const upper = net.op({ kind: 'strided_copy', offset: 3, strides: [9, 3, 1] }, [joined], [5, 3, 3]);
  return net.graph(net.concat([net.conv(a, 3), upper], 0));
}

/** Bytes that the emitted code copies where it would copy without views, and with them. */
const NETWORKS: readonly (readonly [name: string, graph: QuantizedGraph, copies: number, arena: number | null])[] = [
  ['joined rows', joinedRows(), 0, null],
  ['halves', halves(), 0, 1024],
  ['two shapes', twoShapes(), 1, null],
  ['odd', odd(), 4, null],
];

void t.test('what is there already is not copied', async (t) => {
  const rng = new Rng(51);
  for (const [name, graph, copies, arena] of NETWORKS) {
    for (const kernels of ['plain', 'dsp', 'armv6m'] as const) {
      const plan = planMemory(graph, null, kernels, 'off');
      t.same(placementFaults(graph, plan, kernels), [], name);
      // Other kernels want working memory, and where a whole concatenation would be in its way, parts are copied.
      if (kernels !== 'plain') continue;
      if (arena !== null) t.equal(plan.arenaBytes, arena, name);
      const { files } = exportRandom(rng, graph, { learn: null, kernels, streaming: 'off' }, 1);
      const source = files.find(({ path }) => path === 'net.c')!;
      const body = source.text.slice(source.text.indexOf('void net_infer_ops('));
      const calls = body.match(/^ +(strided_)?copy_\w+\(|grapes_(strided_)?copy_s8_plain\(/gm) ?? [];
      t.equal(calls.length, copies, `${name}, ${kernels}: ${calls.join(' ')}`);
    }
  }
});

void t.test('pieces begin where a word does, and lie in one tensor only', async (t) => {
  const views = possibleViews(halves(), 4).flat();
  t.same(
    views.map(({ offset }) => offset),
    [0, 256, 0, 256],
  );
  t.same(
    possibleViews(odd(), 4)
      .flat()
      .map(({ offset }) => offset),
    [0],
    'only the first part of the last concatenation',
  );
});

void t.test('in a large network all pieces or none, of which two trials tell', async (t) => {
  const view = (tensorId: number): [{ tensorId: number; within: number; offset: number }] => [
    { tensorId, within: 0, offset: 4 * tensorId },
  ];
  const possible = Array.from({ length: 200 }, (_, k) => view(1 + k));
  const trials: number[] = [];
  const place =
    (growth: number) =>
    (views: ReadonlyMap<number, unknown>): number => {
      trials.push(views.size);
      return 1000 + growth * views.size;
    };
  t.equal(chooseViews(possible, 201, place(-1)).size, 200);
  t.equal(chooseViews(possible, 201, place(1)).size, 0);
  t.same(trials, [0, 200, 0, 200]);
  t.equal(chooseViews(possible, 5, place(0)).size, 200);
  t.equal(trials.length, 4 + 201, 'one by one in a small one');
});

void t.test('networks with pieces in C, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(52);
  for (const [n, [name, graph]] of NETWORKS.entries()) {
    const kernels = (['plain', 'dsp', 'armv6m', 'rv32'] as const)[n % 4];
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels }, 5);
    writeSources(dir, sources);
    t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 5 samples differ\nPASS/, name);
  }
});
