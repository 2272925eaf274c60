import { lowerOps } from '../../src/export/c/ops/lower.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { MemoryPlan } from '../../src/ir/memory-plan.js';
import { DTYPE_BYTES, tensorBytes } from '../../src/ir/tensor.js';

/**
 * Tensors and scratch that share bytes while both matter, by their names. Allowed are an output in the place of its input,
 * an output or scratch that begins as far below the input as the kernel needs, and what is a piece of the other: a part of a
 * concatenation in its place, a slice or reshape where it lies.
 */
export function placementFaults(graph: QuantizedGraph, plan: MemoryPlan, kernels: KernelSet): string[] {
  const ops = lowerOps(graph, kernels);
  const buffers = [
    ...plan.tensors.map((x) => ({ ...x, scratchOf: -1 })),
    ...plan.scratch.map((x) => ({
      ...{ name: `scratch${x.opIndex}`, tensorId: -1, scratchOf: x.opIndex },
      ...{ offset: x.offset, bytes: x.bytes, firstOp: x.opIndex, lastOp: x.opIndex },
    })),
  ];
  const faults: string[] = [];
  for (const a of buffers) {
    if (a.offset < 0 || a.offset + a.bytes > plan.arenaBytes) faults.push(`${a.name} leaves the arena`);
    for (const b of buffers) {
      const together = a.firstOp <= b.lastOp && b.firstOp <= a.lastOp;
      const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      if (a === b || !together || !overlap || b.firstOp < a.firstOp) continue;
      // b comes later: it is what an op writes, a what it reads.
      const step = b.firstOp;
      if (isPiece(graph, a, b)) continue;
      if (a.lastOp === step && a.offset === b.offset && a.bytes === b.bytes && a.firstOp < step) continue;
      const op = ops[step];
      const distance = b.scratchOf >= 0 ? op?.scratchDistance : op?.overlap?.distance;
      const modulus = b.scratchOf >= 0 ? 1 : (op?.overlap?.step ?? 1);
      const reads = graph.ops[step]?.input === a.tensorId && a.lastOp === step;
      const below = a.offset - b.offset;
      if (reads && distance !== undefined && below >= distance && below % modulus === 0) continue;
      faults.push(`${a.name} and ${b.name}`);
    }
  }
  return faults;
}

type Placed = Pick<MemoryPlan['tensors'][number], 'tensorId' | 'offset'>;

function isPiece(graph: QuantizedGraph, a: Placed, b: Placed): boolean {
  return graph.ops.some((op) => {
    if (op.kind === 'concatenation' && op.output === b.tensorId && op.inputs.includes(a.tensorId)) {
      const before = op.inputs.slice(0, op.inputs.indexOf(a.tensorId));
      const bytes = before.reduce((n, id) => n + tensorBytes(graph.tensors[id]), 0);
      return a.offset === b.offset + bytes && op.axis === graph.tensors[b.tensorId].shape.findIndex((d) => d > 1);
    }
    const reads = op.input === a.tensorId && op.output === b.tensorId;
    if (op.kind === 'reshape') return reads && a.offset === b.offset;
    const each = DTYPE_BYTES[graph.tensors[op.output].dtype];
    return reads && op.kind === 'strided_copy' && b.offset === a.offset + op.offset * each;
  });
}
