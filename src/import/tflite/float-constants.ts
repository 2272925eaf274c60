import { elementCount } from '../../ir/tensor.js';
import { invalid, unsupported } from './errors.js';
import { checkScales, constantBytes } from './graph-maker.js';
import type { TfliteTensor } from './read-model.js';

/** A constant as float32, whatever the file keeps it in. */
export function constantFloats(tensor: TfliteTensor): Float32Array {
  const count = elementCount(tensor.shape);
  const values = readers[tensor.type]?.(tensor, count);
  if (values === undefined)
    throw unsupported(`its constant '${tensor.name}' is ${tensor.type}`, { tensor: tensor.name });
  if (!values.every(Number.isFinite)) throw invalid(`the constant '${tensor.name}' has numbers that are not finite`);
  return values;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const readers: Partial<Record<TfliteTensor['type'], (tensor: TfliteTensor, count: number) => Float32Array>> = {
  float32: (tensor, count) => {
    const view = viewOf(constantBytes(tensor, 4));
    return Float32Array.from({ length: count }, (_, k) => view.getFloat32(4 * k, true));
  },
  float16: (tensor, count) => {
    const view = viewOf(constantBytes(tensor, 2));
    return Float32Array.from({ length: count }, (_, k) => half(view.getUint16(2 * k, true)));
  },
  int8: dequantized,
};

/** scale * (q - zero point), with one scale or one for each index along an axis. */
function dequantized(tensor: TfliteTensor, count: number): Float32Array {
  const { name, quantization, shape } = tensor;
  if (quantization === null) throw unsupported(`its constant '${name}' is int8 without a scale`);
  const { scale, zeroPoint, axis } = quantization;
  checkScales(name, scale);
  const bytes = new Int8Array(constantBytes(tensor, 1));
  const each = elementCount(shape.slice(axis + 1));
  if (scale.length > 1 && scale.length !== shape[axis])
    throw invalid(`the constant '${name}' has ${scale.length} scales`);
  return Float32Array.from({ length: count }, (_, k) => {
    const c = scale.length === 1 ? 0 : Math.floor(k / each) % scale.length;
    return scale[c] * (bytes[k] - (zeroPoint[c] ?? 0));
  });
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
