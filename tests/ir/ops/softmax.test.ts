// Softmax of very many values: the probability of each is below half a unit.
import t from 'tap';
import type { QuantizedGraph } from '../../../src/ir/graph.js';
import type { SoftmaxOp } from '../../../src/ir/integer-ops.js';
import { softmaxNumbers, softmaxRule } from '../../../src/ir/ops/int8/softmax.js';

void t.test('n equal values are 1 / n each, to the nearest of 256', async (t) => {
  for (const n of [1, 2, 3, 100, 511, 512, 513, 1000, 2047, 2048, 4095]) {
    const tensor = { shape: [n], dtype: 'int8' };
    const graph = { tensors: [tensor, tensor] } as unknown as QuantizedGraph;
    const op = { kind: 'softmax', input: 0, inputs: [0], output: 1, ...softmaxNumbers(0.1, 1) } as unknown as SoftmaxOp;
    const output = new Int8Array(n);
    softmaxRule.prepare(graph, op)([new Int8Array(n).fill(7)], output);
    const wanted = Math.min(127, Math.round(256 / n) - 128);
    t.ok(
      output.every((q) => Math.abs(q - wanted) <= (n === 512 ? 1 : 0)),
      `${String(n)}: ${String(output[0])}`,
    );
  }
});
