import t from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import { InstructionCounter, instructionsPerTick } from '../../src/device/instruction-count.js';
import type { Samples } from '../../src/ir/dataset.js';
import { evaluateInt8 } from '../../src/ir/evaluate.js';
import { Rng } from '../../src/util/rng.js';
import { verifyError } from '../../src/verify/verify-error.js';
import { verify } from '../../src/verify/verify.js';
import { FakeDevice, type Faults } from '../fakes/fake-device.js';
import { randomFloatGraph, randomQuantizedGraph } from '../ir/graphs.js';

const OPTIONS = { sizes: [9, 6, 5, 3], activation: 'tanh', bias: true } as const;
const float = randomFloatGraph(new Rng(5), OPTIONS);
const graph = randomQuantizedGraph(new Rng(5), OPTIONS);
const board = loadBoard('mps2-an386');

function randomSamples(count: number, inputSize = 9): Samples {
  const rng = new Rng(9);
  const values = Float32Array.from({ length: count * inputSize }, () => rng.range(-1, 1));
  return { count, inputSize, values, scale: 1, offset: 0, labels: Uint8Array.from({ length: count }, (_, i) => i % 3) };
}
const samples = randomSamples(60);

async function run(faults: Faults, count: number | 'all' = 'all', from = samples) {
  let clock = 0;
  const device = new FakeDevice(graph, null, faults);
  return verify(device, graph, from, { board, samples: count, float, now: () => (clock += 1000) });
}

void t.test('a device that computes the reference passes, with its numbers', async (t) => {
  const report = await run({});
  t.match(report, {
    boardId: 'mps2-an386',
    samples: 60,
    mismatches: 0,
    mismatchedSamples: 0,
    firstMismatch: null,
    firstDivergence: null,
    stackHighWaterBytes: 768,
    link: { samplesPerSecond: 60 },
    verdict: 'pass',
  });
  t.same(report.device, report.int8);
  t.same(report.int8, evaluateInt8(graph, samples));
  t.equal(report.float!.samples, 60);
  t.equal(verifyError(report), null);
  t.equal((await run({}, 7)).samples, 7);
  t.equal((await run({}, 5000)).samples, 60, 'more than there are: all');
});

void t.test('ticks become instructions only where the board counts them', async (t) => {
  const { instructions } = await run({});
  const perTick = instructionsPerTick(board)!;
  t.equal(perTick, 1e9 / (25_000_000 * board.emulator!.instructionCounting!.nanosecondsPerInstruction));
  t.same(instructions, {
    min: Math.round(1000 * perTick),
    mean: Math.round(1001 * perTick),
    max: Math.round(1002 * perTick),
  });
  t.equal(instructionsPerTick(loadBoard('host')), null);
  t.equal(new InstructionCounter(2).spread(), null);
});

void t.test('a wrong byte is counted and followed to its layer and element', async (t) => {
  const ops = graph.ops.map((op) => op.name);
  for (const [opIndex, element] of [
    [0, 4],
    [1, 2],
    [graph.ops.length - 1, 1],
  ]) {
    const report = await run({ op: { opIndex, element } });
    t.equal(report.verdict, 'fail');
    t.equal(report.mismatchedSamples, 60);
    t.match(report.firstDivergence, { sample: 0, opIndex, opName: ops[opIndex], element });
    t.equal(report.firstDivergence!.expected ^ 1, report.firstDivergence!.actual);
    t.match(verifyError(report), { code: 'VERIFY_MISMATCH', context: { layer: ops[opIndex], opIndex, element } });
  }
});

void t.test('a fault that does not repeat is reported as such', async (t) => {
  const report = await run({ op: { opIndex: 0, element: 0, sample: 17 } });
  t.match(report, { verdict: 'fail', mismatches: 1, mismatchedSamples: 1, firstDivergence: null });
  t.match(report.firstMismatch, { sample: 17, element: 0 });
  t.match(verifyError(report), { code: 'VERIFY_MISMATCH', context: { sample: 17, layer: null, mismatches: 1 } });
});

void t.test('no samples, wrong sizes, broken wires and interrupts end the run', async (t) => {
  await t.rejects(run({}, 'all', randomSamples(0)), { code: 'VERIFY_NO_SAMPLES' });
  await t.rejects(run({}, 'all', randomSamples(4, 8)), { code: 'VERIFY_NO_SAMPLES', context: { expected: 9 } });
  await t.rejects(run({ breakAfter: 30 }), /the wire is gone/);
  const stop = AbortSignal.abort(new Error('stopped'));
  const device = new FakeDevice(graph);
  await t.rejects(
    verify(device, graph, samples, { board, samples: 'all', float, now: () => 0, signal: stop }),
    /stopped/,
  );
});
