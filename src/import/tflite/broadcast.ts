import { elementCount } from '../../ir/tensor.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';

/** How far apart neighbours along each axis lie. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, k) => shape.slice(k + 1).reduce((n, d) => n * d, 1));
}

/** A computed tensor repeated along its axes of one place to `shape`; itself where nothing repeats. */
export function repeatedTo(graph: GraphMaker, id: number, shape: readonly number[]): number {
  const { shape: own, quant } = graph.tensor(id);
  if (String(own) === String(shape)) return id;
  if (elementCount(own) === elementCount(shape)) return graph.reshaped(id, shape);
  const padded = [...shape.map(() => 1), ...own].slice(own.length);
  if (own.length > shape.length || padded.some((d, k) => d !== 1 && d !== shape[k])) {
    throw unsupported(`an input [${own.join(', ')}] does not repeat to [${shape.join(', ')}]`);
  }
  const strides = stridesOf(padded).map((stride, k) => (padded[k] === 1 ? 0 : stride));
  return graph.between({ kind: 'strided_copy', input: id, inputs: [id], offset: 0, strides }, shape, quant!);
}
