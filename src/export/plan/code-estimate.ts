import type { QuantizedGraph } from '../../ir/graph.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import type { LoweredOp } from '../c/ops/lowered-op.js';

/** Bytes of Thumb-2 code at -Os, measured once with gcc 12 and rounded up; shared by all calls of a kernel. */
const KERNEL_BYTES: Readonly<Record<string, number>> = {
  'kernels/plain/fully_connected_s8.h': 200,
  'kernels/dsp/fully_connected_s8.h': 800,
  'kernels/dsp/conv_2d_s8.h': 900,
  'kernels/dsp/depthwise_conv_2d_s8.h': 900,
  'kernels/plain/lookup_s8.h': 40,
  'kernels/plain/conv_2d_s8.h': 500,
  'kernels/plain/depthwise_conv_2d_s8.h': 500,
  'kernels/plain/pool_2d_s8.h': 300,
  'kernels/plain/mean_s8.h': 200,
  'kernels/plain/add_s8.h': 300,
  'kernels/plain/mul_s8.h': 200,
  'kernels/plain/softmax_s8.h': 700,
  'kernels/plain/copy_s8.h': 100,
};
const CALL_BYTES = 64;
const LEARN_BYTES = 2400;
const LEARN_LAYER_BYTES = 260;

/** A rough size of the generated code, for planning without a compiler. */
export function estimateCodeBytes(graph: QuantizedGraph, learn: LearnSpec | null, ops: readonly LoweredOp[]): number {
  const headers = new Set(ops.map((op) => op.kernelHeader));
  const kernels = [...headers].reduce((n, header) => n + (KERNEL_BYTES[header] ?? 0), 0);
  const dense = graph.ops.filter((op) => op.kind === 'fully_connected').length;
  const trained = learn === null ? 0 : learn.layers === 'all' ? dense : learn.layers;
  return kernels + ops.length * CALL_BYTES + (learn === null ? 0 : LEARN_BYTES + trained * LEARN_LAYER_BYTES);
}
