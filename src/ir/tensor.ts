import { littleEndianBytes, nativeBuffer } from '../util/bytes.js';
import type { WeightBits } from './options.js';
import type { QuantParams } from './quant-params.js';

/** int4: values in [-8, 7] of weights, in an Int8Array; two to a byte in files and flash. */
export type DType = 'float32' | 'int8' | 'int4' | 'int16' | 'int32';
export type TensorData = Float32Array | Int8Array | Int16Array | Int32Array;
/** Values of a run-time tensor of a quantized graph. */
export type Integers = Int8Array | Int16Array;

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
  /** Present for int8, int16 and int32 tensors of a quantized graph, null otherwise. */
  readonly quant: QuantParams | null;
  /** Present exactly for constants. */
  readonly data: TensorData | null;
}

/** Bytes of a stored element. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = { float32: 4, int8: 1, int4: 0.5, int16: 2, int32: 4 };

/** Of a quantized layer's weights. */
export function weightBits({ dtype }: Pick<Tensor, 'dtype'>): WeightBits {
  return dtype === 'int4' ? 4 : 8;
}

/** Smallest and largest value of an integer type. */
export interface IntegerLimits {
  readonly lowest: number;
  readonly highest: number;
}

/** The limits of int16, or of int8. */
export function limitsOf({ dtype }: Pick<Tensor, 'dtype'>): IntegerLimits {
  return dtype === 'int16' ? { lowest: -32768, highest: 32767 } : { lowest: -128, highest: 127 };
}

/** The bytes of a sample or an answer as they travel: little-endian. */
export function bytesOf(values: Integers): Int8Array {
  return values instanceof Int8Array ? values : new Int8Array(littleEndianBytes(values).buffer);
}

/** The inverse of {@link bytesOf}. */
export function fromBytes({ dtype }: Pick<Tensor, 'dtype'>, bytes: Int8Array): Integers {
  if (dtype !== 'int16') return bytes;
  const whole = bytes.length - (bytes.length % 2);
  return new Int16Array(nativeBuffer(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), 0, whole, 2));
}

/** Zeros of a run-time tensor's type. */
export function integersOf({ dtype }: Pick<Tensor, 'dtype'>, count: number): Integers {
  return dtype === 'int16' ? new Int16Array(count) : new Int8Array(count);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

export function tensorBytes(tensor: Pick<Tensor, 'shape' | 'dtype'>): number {
  return Math.ceil(elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype]);
}
