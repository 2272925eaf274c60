import type { QuantizedGraph } from '../../ir/graph.js';
import type { ArenaPeak, ScratchPlacement, TensorPlacement } from '../../ir/memory-plan.js';

/** The op during which the most bytes of the arena are in use, and what lies there, the largest first. */
export function arenaPeak(
  graph: QuantizedGraph,
  tensors: readonly TensorPlacement[],
  scratch: readonly ScratchPlacement[],
): ArenaPeak {
  const buffers = [
    ...tensors,
    ...scratch.map(({ opIndex, offset, bytes }) => ({
      name: `scratch of ${graph.ops[opIndex].name}`,
      offset,
      bytes,
      firstOp: opIndex,
      lastOp: opIndex,
    })),
  ];
  const at = (step: number): typeof buffers => buffers.filter((b) => b.firstOp <= step && step <= b.lastOp);
  const used = graph.ops.map((_, step) => coveredBytes(at(step)));
  const opIndex = used.indexOf(Math.max(...used));
  const largest = at(opIndex)
    .sort((a, b) => b.bytes - a.bytes || a.offset - b.offset)
    .map(({ name, bytes }) => ({ name, bytes }));
  return { opIndex, opName: graph.ops[opIndex].name, bytes: used[opIndex], largest };
}

/** Bytes that at least one buffer covers: tensors that share memory count once. */
function coveredBytes(buffers: readonly { readonly offset: number; readonly bytes: number }[]): number {
  let covered = 0;
  let end = 0;
  for (const b of [...buffers].sort((x, y) => x.offset - y.offset)) {
    covered += Math.max(0, b.offset + b.bytes - Math.max(end, b.offset));
    end = Math.max(end, b.offset + b.bytes);
  }
  return covered;
}
