import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { MemoryPlan } from '../../src/ir/memory-plan.js';
import { elementCount } from '../../src/ir/tensor.js';

/**
 * Flash that any engine needs for the network itself: one byte a weight and four a bias, as the graph has them, or as
 * the export holds them where graph passes left less. Padding, widened weights, multipliers, shifts and lookup tables
 * are not in it: they are the engine's.
 */
export function networkBytes(plan: MemoryPlan, graph: QuantizedGraph): number {
  const held = bytesByRole(plan);
  const plain = (role: 'weight' | 'bias', width: number): number =>
    graph.tensors.filter((t) => t.role === role).reduce((n, t) => n + width * elementCount(t.shape), 0);
  return Math.min(held['weight'] ?? 0, plain('weight', 1)) + Math.min(held['bias'] ?? 0, plain('bias', 4));
}

export function bytesByRole({ constants }: MemoryPlan): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const c of constants) bytes[c.role] = (bytes[c.role] ?? 0) + c.bytes;
  return bytes;
}
