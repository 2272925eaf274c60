import type { Device } from '../device/device.js';
import type { QuantizedGraph } from '../ir/graph.js';
import { runInt8 } from '../ir/interpret.js';
import type { Divergence } from '../ir/report.js';
import { fromBytes, tensorBytes, type Integers } from '../ir/tensor.js';

/** Index of the first differing element, or -1. A missing or a surplus element differs. */
export function firstDifference(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) if (expected[i] !== actual[i]) return i;
  return -1;
}

/**
 * Runs one sample on the device op by op and names the first op and element that leave the reference. An op is judged
 * on the output it wrote last, before a later op may reuse its memory; of ops that take turns only the last has one that is
 * whole (the others' are in `streamed`). Null if this run agrees throughout.
 */
export async function locateDivergence(
  device: Device,
  graph: QuantizedGraph,
  sample: number,
  input: Integers,
  streamed: ReadonlySet<number> = new Set(),
): Promise<Divergence | null> {
  const { tensors } = runInt8(graph, input);
  for (let opIndex = 0; opIndex < graph.ops.length; opIndex++) {
    const op = graph.ops[opIndex];
    if (streamed.has(op.output)) continue;
    const expected = tensors.get(op.output)!;
    await device.inferOps(input, opIndex + 1);
    const tensor = graph.tensors[op.output];
    const actual = fromBytes(tensor, await device.readTensor(op.output, tensorBytes(tensor)));
    const element = firstDifference(expected, actual);
    if (element >= 0) {
      const where = { sample, opIndex, opName: op.name, element };
      return { ...where, expected: expected[element], actual: actual[element] };
    }
  }
  return null;
}
