import { elementCount } from '../../ir/tensor.js';
import { invalid, type LayersModelFile, type WeightEntry } from './layers-model.js';

export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const BYTES: Readonly<Record<string, number>> = { float32: 4, uint16: 2, uint8: 1 };

/**
 * All arrays of the manifest by name. Weights that tensorflowjs_converter has quantized to 8 or 16 bits are unfolded.
 * @param readFile bytes of a file beside model.json
 * Throws IMPORT_INVALID.
 */
export function readWeights(
  manifest: LayersModelFile['weights'],
  readFile: (path: string) => Uint8Array,
): ReadonlyMap<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const { paths, weights } of manifest) {
    // The parts of one group are one stream: an array may go across their borders.
    const bytes = joined(paths.map(readFile));
    let at = 0;
    for (const entry of weights) {
      const size = bytesOf(entry);
      if (at + size > bytes.length) {
        throw invalid(`The weights end before '${entry.name}': ${String(bytes.length)} bytes in ${paths.join(', ')}.`);
      }
      arrays.set(entry.name, { shape: entry.shape, values: decode(entry, bytes.slice(at, at + size)) });
      at += size;
    }
    if (at !== bytes.length) {
      throw invalid(`${paths.join(', ')} has ${String(bytes.length)} bytes, but its arrays take ${String(at)}.`);
    }
  }
  return arrays;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function bytesOf(entry: WeightEntry): number {
  const type = entry.quantization?.dtype ?? entry.dtype;
  const bytes = BYTES[type];
  if (bytes === undefined) throw invalid(`The weights '${entry.name}' are of type ${type}.`);
  return bytes * elementCount(entry.shape);
}

function decode({ shape, quantization }: WeightEntry, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer);
  const length = elementCount(shape);
  if (quantization === undefined) return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
  const { dtype, scale, min } = quantization;
  const code = (i: number): number => (dtype === 'uint8' ? view.getUint8(i) : view.getUint16(2 * i, true));
  return Float32Array.from({ length }, (_, i) => code(i) * scale + min);
}
