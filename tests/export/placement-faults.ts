import { lowerOps } from '../../src/export/c/ops/lower.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { MemoryPlan } from '../../src/ir/memory-plan.js';

/**
 * Tensors and scratch that share bytes while both matter, by their names. Allowed are an output in the place of its input,
 * and an output or scratch that begins as far below the input as the kernel needs.
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
