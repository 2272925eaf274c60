// Ops that take turns, some rows at a time: the same bytes as the whole layers, in less memory.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { planMemory } from '../../src/export/plan/plan.js';
import type { Streaming } from '../../src/export/plan/stream/streaming.js';
import { scheduleBlock } from '../../src/export/plan/stream/schedule.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import { opInputs, type QuantizedGraph } from '../../src/ir/graph.js';
import { Rng } from '../../src/util/rng.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
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

const SETS = ['plain', 'dsp', 'armv7m', 'armv6m', 'rv32', 'mve'] as const;
type Asked = Exclude<Streaming, string>;

/** Random blocks side by side that the kernels take. */
function drawBlocks(rng: Rng, graph: QuantizedGraph, kernels: KernelSet): Asked {
  const blocks: Asked[number][] = [];
  for (let first = 0; first < graph.ops.length; first++) {
    const height = (op: number): number => graph.tensors[graph.ops[op].output].shape[0];
    const choices = graph.ops.flatMap((_, last) =>
      last < first ? [] : [1, 2, 3, 4].map((rowsPerTurn) => ({ firstOp: first, lastOp: last, rowsPerTurn })),
    );
    const possible = choices.filter((block) => {
      if (block.rowsPerTurn >= height(block.lastOp)) return false;
      try {
        return planMemory(graph, null, kernels, [block]).blocks.length === 1;
      } catch (error) {
        if (error instanceof RangeError) return false;
        throw error;
      }
    });
    if (possible.length === 0 || rng.below(4) === 0) continue;
    // Long ones are rare.
    possible.sort((a, b) => b.lastOp - a.lastOp);
    const block = possible[rng.below(Math.min(possible.length, 3))];
    blocks.push(block);
    first = block.lastOp;
  }
  return blocks;
}

void t.test('random blocks of random graphs, under ASan and UBSan', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(31);
  let streamed = 0;
  let longest = 0;
  for (let n = 0; n < 18; n++) {
    const kernels = SETS[n % SETS.length];
    const graph = randomIntegerGraph(rng, n % 4 === 3 ? 'single' : 'tflite');
    const streaming = drawBlocks(rng, graph, kernels);
    if (streaming.length === 0) continue;
    const dir = join(t.testdirName, String(n));
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels, streaming }, 5);
    streamed += sources.plan.blocks.length;
    longest = Math.max(longest, ...streaming.map((b) => b.lastOp - b.firstOp + 1));
    writeSources(dir, sources);
    const said = runSelfTest(dir, sources, ['-O1', ...SANITIZERS]);
    t.match(said, /0 of 5 samples differ\nPASS/, `${kernels}: ${JSON.stringify(streaming)} of ${kinds(graph)}`);
  }
  t.ok(streamed >= 15 && longest >= 4, `${streamed} blocks, up to ${longest} ops`);
});

void t.test('on an M0 that faults on unaligned words, and on an M4', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const rng = new Rng(32);
  for (let n = 0; n < 4; n++) {
    const kernels = n % 2 === 0 ? 'armv6m' : 'dsp';
    const graph = randomIntegerGraph(rng);
    const streaming = drawBlocks(rng, graph, kernels);
    const dir = join(t.testdirName, `board-${n}`);
    mkdirSync(dir, { recursive: true });
    const sources = exportRandom(rng, graph, { learn: null, kernels, streaming }, 3);
    writeSources(dir, sources);
    const said =
      kernels === 'armv6m'
        ? runSelfTestOnBoard(dir, sources, 'mps2-an385', [...CORTEX_M0, '-Os'])
        : runSelfTestOnBoard(dir, sources, 'mps2-an386', [...CORTEX_M4F, '-O2']);
    t.match(said, /0 of 3 samples differ\nPASS/, `${kernels}: ${JSON.stringify(streaming)} of ${kinds(graph)}`);
  }
});

void t.test('no row is read before it is made or after it is gone', async (t) => {
  const rng = new Rng(33);
  let checked = 0;
  for (let n = 0; n < 40; n++) {
    const graph = randomIntegerGraph(rng);
    for (let first = 0; first < graph.ops.length; first++) {
      for (let last = first; last < graph.ops.length; last++) {
        for (const rows of [1, 2, 3]) {
          const faults = replay(graph, first, last, rows);
          if (faults === null) continue;
          checked++;
          if (faults.length > 0) t.same(faults, [], `ops ${first} to ${last} by ${rows} of ${kinds(graph)}`);
        }
      }
    }
  }
  t.ok(checked > 300, `${checked} blocks`);
});

/** Plays a block row by row on sets of row numbers, from the windows alone; null: not a block. */
function replay(graph: QuantizedGraph, first: number, last: number, rows: number): string[] | null {
  const schedule = scheduleBlock(graph, first, last, rows);
  if (schedule === null) return null;
  const faults: string[] = [];
  const made = new Map<number, number>();
  for (const x of schedule.tensors.values()) made.set(x.tensorId, x.firstOp < 0 ? x.height : 0);
  for (let turn = 0; turn < schedule.turns; turn++) {
    for (const { opIndex, window } of schedule.ops) {
      const op = graph.ops[opIndex];
      const to = schedule.tensors.get(op.output)!;
      const end = Math.min(to.height, (turn + 1) * to.advance + to.ahead);
      for (let row = made.get(op.output)!; row < end; row++) {
        for (const id of opInputs(op)) {
          const from = schedule.tensors.get(id)!;
          const top = Math.max(0, row * window.stride - window.pad);
          const bottom = Math.min(from.height, row * window.stride - window.pad + window.reach);
          const gone = from.whole || turn === 0 ? 0 : turn * from.advance + from.behind;
          if (top < gone) faults.push(`turn ${turn}: op ${opIndex} reads row ${top} of ${id}, kept from ${gone}`);
          if (bottom > made.get(id)!) faults.push(`turn ${turn}: op ${opIndex} reads row ${bottom - 1} of ${id}`);
        }
      }
      made.set(op.output, Math.max(made.get(op.output)!, end));
      const there = made.get(op.output)! - Math.max(0, turn === 0 ? 0 : turn * to.advance + to.behind);
      if (!to.whole && there > to.heldRows) faults.push(`turn ${turn}: ${there} rows of ${op.output}`);
    }
  }
  const output = schedule.tensors.get(graph.ops[last].output)!;
  if (made.get(output.tensorId) !== output.height) faults.push('the output is not whole');
  return faults;
}

function kinds(graph: QuantizedGraph): string {
  return graph.ops.map((op) => op.kind).join(' ');
}
