import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import type { QuantParams } from '../ir/quant-params.js';
import { roundHalfAway } from '../ir/quantize-input.js';
import { weightLevels } from '../ir/ops/fake-quantize.js';
import { weightBits, type Integers, type Tensor } from '../ir/tensor.js';
import { weightsOf } from './passes/graph-edit.js';
import { symmetricWeights } from './schemes/weights.js';

/** The scale of element `i` of a constant: one for all, or one a channel along the tensor's axis. */
function scaleAt({ quant, shape }: Tensor): (i: number) => number {
  const { scale, axis } = quant!;
  if (axis === null) return () => scale[0];
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  return (i) => scale[Math.floor(i / inner) % scale.length];
}

/** Real values of a constant's integers. */
export function dequantizeConstant(tensor: Tensor): Float32Array {
  const scale = scaleAt(tensor);
  return Float32Array.from(tensor.data!, (q, i) => q * scale(i));
}

/** Real values of a run-time tensor. */
export function dequantize(values: Integers, { scale, zeroPoint }: QuantParams, out: Float32Array): void {
  const [s] = scale;
  const [z] = zeroPoint;
  for (let i = 0; i < values.length; i++) out[i] = s * (values[i] - z);
}

/** The float graph with its weights as int16 would hold them, over the ranges of `int8`'s. Biases stay as they are. */
export function withInt16Weights(float: FloatGraph, int8: QuantizedGraph): FloatGraph {
  const tensors = float.tensors.map((tensor, id): Tensor => {
    if (tensor.role !== 'weight') return tensor;
    const scale = scaleAt(int8.tensors[id]);
    const levels = weightLevels({ bits: weightBits(int8.tensors[id]) });
    const data = (tensor.data as Float32Array).map((w, i) => {
      const step = (scale(i) * levels) / 32767;
      return step * roundHalfAway(w / step);
    });
    return { ...tensor, data };
  });
  return { ...float, tensors };
}

/** The float graph with its weights as int4 would hold them, each channel at the scale that quantization would choose. */
export function withInt4Weights(float: FloatGraph, int8: QuantizedGraph): FloatGraph {
  const tensors: Tensor[] = [...float.tensors];
  for (const op of float.ops) {
    const layer = weightsOf(op);
    if (layer === null) continue;
    const { weights: id, channelAxis } = layer;
    const { data, shape } = float.tensors[id];
    const { scale, axis } = int8.tensors[id].quant!;
    const granularity = axis === null || scale.length === 1 ? 'per-tensor' : 'per-channel';
    const constants = { weights: data as Float32Array, bias: null, channels: shape[channelAxis], channelAxis };
    const { weights, weightQuant } = symmetricWeights(constants, 1, { granularity, bits: 4, scale: 'mse' });
    const narrow: Tensor = { ...float.tensors[id], dtype: 'int4', quant: weightQuant, data: weights };
    tensors[id] = { ...float.tensors[id], data: dequantizeConstant(narrow) };
  }
  return { ...float, tensors };
}

/** The float graph with the weights and biases that `int8`, made from it, stands for. */
export function withIntegerWeights(float: FloatGraph, int8: QuantizedGraph): FloatGraph {
  const tensors = float.tensors.map((tensor, id) =>
    tensor.data === null ? tensor : { ...tensor, data: dequantizeConstant(int8.tensors[id]) },
  );
  return { ...float, tensors };
}
