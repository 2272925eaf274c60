import type { QuantizedGraph } from '../../ir/graph.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import { kernelCodeBytes } from '../c/kernel-sets/choose.js';
import { headersOf, type LoweredOp } from '../c/ops/lowered-op.js';

/** Headers outside the kernel sets' own tables. */
const MOVES: Readonly<Record<string, number>> = { 'kernels/plain/lookup_s8.h': 40, 'kernels/plain/copy_s8.h': 100 };
const CALL_BYTES = 64;
const LEARN_BYTES = 2400;
const LEARN_LAYER_BYTES = 260;

/** A rough size of the generated code, for planning without a compiler. */
export function estimateCodeBytes(graph: QuantizedGraph, learn: LearnSpec | null, ops: readonly LoweredOp[]): number {
  const headers = new Set(ops.flatMap(headersOf));
  const kernels = [...headers].reduce((n, header) => n + (MOVES[header] ?? kernelCodeBytes(header)), 0);
  const dense = graph.ops.filter((op) => op.kind === 'fully_connected').length;
  const trained = learn === null ? 0 : learn.layers === 'all' ? dense : learn.layers;
  return kernels + ops.length * CALL_BYTES + (learn === null ? 0 : LEARN_BYTES + trained * LEARN_LAYER_BYTES);
}
