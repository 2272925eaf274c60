import type { WeightBits } from './options.js';
import type { QuantParams } from './quant-params.js';

/** int4: values in [-8, 7] of weights, in an Int8Array; two to a byte in files and flash. */
export type DType = 'float32' | 'int8' | 'int4' | 'int32';
export type TensorData = Float32Array | Int8Array | Int32Array;

/**
 * What a tensor is for: constants (`weight`, `bias`, `table`, and `constant`, an operand of an element-wise op) carry data,
 * the others are filled at run time.
 */
export type TensorRole = 'input' | 'activation' | 'output' | 'state' | 'weight' | 'bias' | 'table' | 'constant';

export interface Tensor {
  /** Index in `Graph.tensors`. */
  readonly id: number;
  readonly name: string;
  /** Without a batch axis. Dense weights are [out][in]. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly role: TensorRole;
  /** Present for int8 and int32 tensors of a quantized graph, null otherwise. */
  readonly quant: QuantParams | null;
  /** Present exactly for constants. */
  readonly data: TensorData | null;
}

/** Bytes of a stored element. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = { float32: 4, int8: 1, int4: 0.5, int32: 4 };

/** Of a quantized layer's weights. */
export function weightBits({ dtype }: Pick<Tensor, 'dtype'>): WeightBits {
  return dtype === 'int4' ? 4 : 8;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

export function tensorBytes(tensor: Pick<Tensor, 'shape' | 'dtype'>): number {
  return Math.ceil(elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype]);
}
