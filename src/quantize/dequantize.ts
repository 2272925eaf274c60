import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import type { QuantParams } from '../ir/quant-params.js';
import type { Tensor } from '../ir/tensor.js';

/** Real values of a tensor's integers; per channel, if they are, along the tensor's axis. */
export function dequantizeConstant({ data, quant, shape }: Tensor): Float32Array {
  const { scale, axis } = quant!;
  if (axis === null) return Float32Array.from(data!, (q) => q * scale[0]);
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  return Float32Array.from(data!, (q, i) => q * scale[Math.floor(i / inner) % scale.length]);
}

/** Real values of a run-time tensor. */
export function dequantize(bytes: Int8Array, { scale, zeroPoint }: QuantParams, out: Float32Array): void {
  const [s] = scale;
  const [z] = zeroPoint;
  for (let i = 0; i < bytes.length; i++) out[i] = s * (bytes[i] - z);
}

/** The float graph with the weights and biases that `int8`, made from it, stands for. */
export function withIntegerWeights(float: FloatGraph, int8: QuantizedGraph): FloatGraph {
  const tensors = float.tensors.map((tensor, id) =>
    tensor.data === null ? tensor : { ...tensor, data: dequantizeConstant(int8.tensors[id]) },
  );
  return { ...float, tensors };
}
