// Moves that become one, values that are given back, operands that never change: found, and not a byte differs.
import t, { type Test } from 'tap';
import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { elementCount, type Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { optimize } from '../../src/optimize/optimize.js';
import { readInstead } from '../../src/optimize/graph-edit.js';
import { Rng } from '../../src/util/rng.js';
import { Branching } from '../export/branching.js';
import { seededInputs } from '../import/seeded-inputs.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';

/** The deployed graph, with the same outputs. */
function deployed(test: Test, graph: QuantizedGraph, what: string): QuantizedGraph {
  const { output } = optimize(graph, { learn: null });
  validateGraph(output);
  for (const x of seededInputs(6, elementCount(graph.tensors[graph.input].shape))) {
    if (String(runInt8(graph, x).output) !== String(runInt8(output, x).output)) test.fail(what);
  }
  return output;
}

const kinds = (graph: QuantizedGraph): string[] => graph.ops.map((op) => op.kind);

void t.test('transpositions that cancel, slices of slices, frames of frames, joins of joins', async (test) => {
  const there = { kind: 'strided_copy', offset: 0, strides: [1, 4, 24] } as const;
  const net = new Branching([6, 4, 3]);
  // [6][4][3] as [3][6][4] and back.
  const turned = net.op({ ...there, strides: [1, 12, 3] }, [net.conv(net.input, 3)], [3, 6, 4]);
  const back = net.op({ ...there, strides: [4, 1, 24] }, [turned], [6, 4, 3]);
  test.same(kinds(deployed(test, net.graph(net.conv(back, 2)), 'cancel')), ['conv_2d', 'conv_2d']);

  const sliced = new Branching([6, 4, 4]);
  const rows = sliced.op({ ...there, offset: 16, strides: [16, 4, 1] }, [sliced.conv(sliced.input, 4)], [4, 4, 4]);
  const columns = sliced.op({ ...there, offset: 4, strides: [16, 4, 1] }, [rows], [4, 2, 4]);
  const flat = sliced.reshape(columns, [2, 2, 8]);
  const cut = deployed(test, sliced.graph(sliced.conv(flat, 2)), 'slices');
  test.same(kinds(cut), ['conv_2d', 'strided_copy', 'conv_2d']);
  test.match(cut.ops[1], { offset: 20 });

  const framed = new Branching([3, 3, 2]);
  const pad = (from: number, before: number[], after: number[]): number => {
    const shape = framed.shape(from).map((d, k) => before[k] + d + after[k]);
    return framed.op({ kind: 'pad', before, after }, [from], shape);
  };
  const outer = pad(pad(framed.conv(framed.input, 2), [1, 0, 1], [0, 2, 0]), [0, 1, 0], [3, 0, 1]);
  const frames = deployed(test, framed.graph(framed.conv(outer, 2)), 'frames');
  test.match(frames.ops[1], { kind: 'pad', before: [1, 1, 1], after: [3, 2, 1] });
  test.equal(frames.ops.length, 3);

  const joined = new Branching([2, 2, 2]);
  const parts = [1, 2, 3].map((channels) => joined.conv(joined.input, channels));
  const all = joined.concat([parts[2], joined.concat(parts.slice(0, 2), 2), parts[2]], 2);
  const once = deployed(test, joined.graph(joined.conv(all, 2)), 'joins');
  test.match(once.ops.at(-2), { kind: 'concatenation', inputs: { length: 4 } });
});

void t.test('a copy that others read, or that is no walk, stays', async (test) => {
  const net = new Branching([4, 4, 2]);
  const turned = net.op({ kind: 'strided_copy', offset: 0, strides: [1, 8, 2] }, [net.conv(net.input, 2)], [2, 4, 4]);
  const again = net.op({ kind: 'strided_copy', offset: 0, strides: [1, 4, 16] }, [turned], [4, 4, 2]);
  const both = net.concat([net.reshape(again, [2, 4, 4]), turned], 0);
  const kept = deployed(test, net.graph(net.conv(both, 2)), 'read twice');
  test.equal(kinds(kept).filter((kind) => kind === 'strided_copy').length, 2);
  const odd = new Branching([4, 4, 2]);
  const swap = odd.op({ kind: 'strided_copy', offset: 0, strides: [2, 8, 1] }, [odd.conv(odd.input, 2)], [4, 4, 2]);
  // Two rows of the transposed image at a time: no stride leads from one to the next.
  const shaped = odd.reshape(swap, [8, 2, 2]);
  const other = odd.op({ kind: 'strided_copy', offset: 0, strides: [1, 4, 2] }, [shaped], [2, 8, 2]);
  test.same(kinds(deployed(test, odd.graph(odd.conv(other, 2)), 'odd')).filter((k) => k === 'strided_copy').length, 2);
});

void t.test('a product with one goes away, another stays', async (test) => {
  for (const [values, stays] of [
    [[64, 64], false],
    [[64, 32], true],
  ] as const) {
    const net = new Branching([3, 3, 2]);
    const quant = { scale: [2 ** -6], zeroPoint: [0], axis: null };
    const constant = net.constant([2], Int8Array.from(values), quant, 'constant');
    const scaled = net.mul(net.conv(net.input, 2), 2 ** -6, constant);
    const made = deployed(test, net.graph(net.conv(scaled, 2)), 'mul');
    test.equal(kinds(made).includes('mul'), stays, String(values));
  }
});

void t.test('an operand that never changes becomes a constant', async (test) => {
  for (const first of [true, false]) {
    const net = new Branching([4, 4, 2]);
    const still = net.still(net.input, 3);
    const moving = net.conv(net.input, 3);
    const sum = first ? net.add(still, moving) : net.add(moving, still);
    const graph = net.graph(net.conv(sum, 2));
    const made = deployed(test, graph, `constant ${first ? 'first' : 'second'}`);
    test.same(kinds(made), ['conv_2d', 'add', 'conv_2d']);
    test.match(made.ops[1], { inputs: { length: 1 }, constant: Number });
  }
});

void t.test('random graphs with moves in them: the same bytes, fewer ops', async (test) => {
  const rng = new Rng(61);
  let merged = 0;
  for (let n = 0; n < 80; n++) {
    const graph = withMoves(randomIntegerGraph(rng), rng);
    const { report } = optimize(graph, { learn: null });
    const made = deployed(test, graph, kinds(graph).join(' '));
    if (report.passes.includes('merge-copies')) merged++;
    if (optimize(made, { learn: null }).output !== made) test.fail(`graph ${String(n)}: something was left to find`);
  }
  test.ok(merged > 40, `${String(merged)} graphs lost moves`);
});

/** Behind some images one to three transpositions, reversals or slices that keep the shape, all in one quantization. */
function withMoves(graph: QuantizedGraph, rng: Rng): QuantizedGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const instead = new Map<number, number>();
  const ops = graph.ops.flatMap((op): QuantizedOp[] => {
    const moved: QuantizedOp[] = [[...instead].reduce((o, [from, to]) => readInstead(o, from, to), op)];
    const { shape } = tensors[op.output];
    if (op.output === graph.output || shape.length !== 3 || rng.below(2) === 0) return moved;
    let at = op.output;
    const whole = [shape[1] * shape[2], shape[2], 1];
    for (let k = 1 + rng.below(3); k > 0; k--) {
      const turn = shape[0] === shape[1] && rng.below(2) === 0;
      const strides = turn ? [whole[1], whole[0], 1] : [-whole[0], whole[1], 1];
      const offset = turn ? 0 : (shape[0] - 1) * whole[0];
      const output = tensors.length;
      tensors.push({ ...tensors[op.output], id: output, name: `t${String(output)}` });
      moved.push({
        kind: 'strided_copy',
        name: `${op.name}_${String(k)}`,
        input: at,
        inputs: [at],
        output,
        offset,
        strides,
      });
      at = output;
    }
    instead.set(op.output, at);
    return moved;
  });
  return validateGraph({ ...graph, tensors, ops });
}
