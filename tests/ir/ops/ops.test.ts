import t from 'tap';
import { graphMacs, runFloat, runInt8 } from '../../../src/ir/interpret.js';
import { accumulatorBound } from '../../../src/ir/ops/accumulator-bound.js';
import { prepareInt8Dense } from '../../../src/ir/ops/fully-connected.js';
import { tanhTable } from '../../../src/ir/ops/int8/lookup-tables.js';
import { lookupInt8 } from '../../../src/ir/ops/lookup.js';
import type { FullyConnectedOp } from '../../../src/ir/graph.js';
import { validateGraph } from '../../../src/ir/validate-graph.js';
import { Rng } from '../../../src/util/rng.js';
import { randomFloatGraph, randomQuantizedGraph } from '../graphs.js';
import { fullyConnectedVectors } from '../vectors.js';

void t.test('fully_connected equals TensorFlow Lite for Microcontrollers on every vector', async (t) => {
  let leftShifts = 0;
  for (const { name, graph, cases } of fullyConnectedVectors()) {
    validateGraph(graph);
    const op = graph.ops[0] as FullyConnectedOp;
    if (op.requantize!.shift.some((s) => s > 0)) leftShifts++;
    for (const { input, output } of cases) t.same(runInt8(graph, input).output, output, name);
  }
  t.ok(leftShifts > 0, 'left shifts are among them');
});

void t.test('fully_connected equals its definition written out in BigInt', async (t) => {
  const rng = new Rng(12);
  for (let n = 0; n < 20; n++) {
    const sizes = [1 + rng.below(40), 1 + rng.below(9)];
    const graph = randomQuantizedGraph(rng, { sizes, activation: 'none', bias: n % 2 === 0 });
    const op = graph.ops[0] as FullyConnectedOp;
    const [w, b] = [graph.tensors[op.weights].data!, op.bias === null ? null : graph.tensors[op.bias].data!];
    const zero = BigInt(graph.tensors[op.input].quant!.zeroPoint[0]);
    const { multiplier, shift, zeroPoint } = op.requantize!;
    const x = Int8Array.from({ length: sizes[0] }, () => rng.below(256) - 128);
    const wanted = Int8Array.from({ length: sizes[1] }, (_, o) => {
      let acc = BigInt(b === null ? 0 : b[o]);
      for (let i = 0; i < sizes[0]; i++) acc += (BigInt(x[i]) - zero) * BigInt(w[o * sizes[0] + i]);
      const high = (acc * BigInt(multiplier[o]) * 2n ** BigInt(Math.max(0, shift[o])) + 2n ** 30n) >> 31n;
      const by = 2n ** BigInt(Math.max(0, -shift[o]));
      const magnitude = ((high < 0n ? -high : high) * 2n + by) / (2n * by);
      return Math.max(-128, Math.min(127, zeroPoint + Number(high < 0n ? -magnitude : magnitude)));
    });
    t.same(runInt8(graph, x).output, wanted, `${sizes.join(' to ')}`);
  }
});

void t.test('the bound of the accumulator is reached and never passed', async (t) => {
  const rng = new Rng(3);
  const graph = randomQuantizedGraph(rng, { sizes: [30, 5], activation: 'none', bias: true });
  const op = graph.ops[0] as FullyConnectedOp;
  const { foldedBias, weights } = prepareInt8Dense(graph, op);
  const bound = accumulatorBound(graph, op);
  for (let o = 0; o < 5; o++) {
    const row = weights.subarray(30 * o, 30 * o + 30);
    for (const [high, low] of [
      [127, -128],
      [-128, 127],
    ]) {
      const acc = row.reduce((a, w) => a + w * (w > 0 ? high : low), foldedBias[o]);
      t.ok(Math.abs(acc) <= bound);
    }
    t.ok(Math.abs(foldedBias[o]) <= bound);
  }
});

void t.test('float forward against sums by hand; macs', async (t) => {
  const graph = randomFloatGraph(new Rng(4), { sizes: [3, 2], activation: 'none', bias: true });
  const [w, b] = [1, 2].map((id) => graph.tensors[id].data as Float32Array);
  const x = Float32Array.of(1, -2, 0.5);
  const wanted = [0, 1].map((o) => Math.fround(b[o] + w[3 * o] - 2 * w[3 * o + 1] + 0.5 * w[3 * o + 2]));
  t.same([...runFloat(graph, x).output], wanted);
  t.equal(graphMacs(graph), 6);
});

void t.test('lookup walks the table; tanh table is odd around its zero point and ends at the ends', async (t) => {
  const y = new Int8Array(4);
  lookupInt8(
    Int8Array.from({ length: 256 }, (_, i) => 127 - i),
    Int8Array.of(-128, -1, 0, 127),
    y,
  );
  t.same([...y], [127, 0, -1, -128]);
  const table = tanhTable({ scale: Math.fround(3.2 / 127), zeroPoint: 0 });
  t.equal(table[128], 0);
  t.equal(table[0], -128);
  t.equal(table[255], 127);
  for (let q = 1; q < 100; q++) t.equal(table[128 + q], -table[128 - q]);
});
