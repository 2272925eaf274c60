import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import { joinedAxes } from '../../ir/ops/int8/strided-copy.js';
import { DTYPE_BYTES, elementCount, tensorBytes } from '../../ir/tensor.js';
import { tensorLifetimes } from './lifetime.js';

/** A tensor that is a stretch of another one's memory: neither is copied. */
export interface View {
  readonly tensorId: number;
  /** The tensor that it lies in. */
  readonly within: number;
  /** From the start of that, in bytes. */
  readonly offset: number;
}

/** By the tensor that lies in another. */
export type Views = ReadonlyMap<number, View>;

export const NO_VIEWS: Views = new Map();

/**
 * What could be a view, op by op: tensors that a concatenation puts behind each other in one piece, so that their writers can
 * write them there; and a piece of a tensor that a slice, or a reshape of what lives on, would copy. They begin where kernels
 * may read words.
 */
export function possibleViews(graph: QuantizedGraph, alignment: number): readonly (readonly View[])[] {
  const lifetimes = new Map(tensorLifetimes(graph).map((l) => [l.tensorId, l]));
  const isTaken = (id: number): boolean => [...lifetimes.values()].some(({ sharesWith }) => sharesWith === id);
  return graph.ops.flatMap((op, index): (readonly View[])[] => {
    const views = viewsOf(graph, op).filter(({ tensorId, within, offset }) => {
      if (offset % alignment !== 0 || tensorId === graph.input || tensorId === graph.output) return false;
      // A part of a concatenation is read there for the last time, and of what a slice lies in nothing is written over.
      const ends = op.kind === 'concatenation' ? lifetimes.get(tensorId)!.lastOp === index : !isTaken(within);
      return ends && lifetimes.get(op.output)!.sharesWith === null;
    });
    return views.length === 0 ? [] : [views];
  });
}

function viewsOf(graph: QuantizedGraph, op: QuantizedOp): View[] {
  const output = graph.tensors[op.output];
  switch (op.kind) {
    case 'concatenation': {
      if (elementCount(output.shape.slice(0, op.axis)) > 1) return [];
      let offset = 0;
      return op.inputs.flatMap((tensorId, k): View[] => {
        const view = { tensorId, within: op.output, offset };
        offset += tensorBytes(graph.tensors[tensorId]);
        return op.inputs.indexOf(tensorId) === k ? [view] : [];
      });
    }
    case 'strided_copy': {
      const axes = joinedAxes(output.shape, op.strides);
      const inOnePiece = axes.length === 0 || (axes.length === 1 && axes[0][1] === 1);
      const offset = op.offset * DTYPE_BYTES[output.dtype];
      return inOnePiece ? [{ tensorId: op.output, within: op.input, offset }] : [];
    }
    case 'reshape':
      return [{ tensorId: op.output, within: op.input, offset: 0 }];
    default:
      return [];
  }
}

/** May an op write over this tensor where it is read for the last time? Not where others lie in the same memory. */
export function isAlone(views: Views, tensorId: number): boolean {
  return !views.has(tensorId) && ![...views.values()].some(({ within }) => within === tensorId);
}

/** Ops that are tried one by one, times the square of the tensors, to which placing them comes. */
const MOST_TRIED = 2 ** 18;

/**
 * The views that make no arena larger: each saves a copy. They are taken one op after the other; in large networks all or none.
 * `place`: bytes of the arena with them.
 */
export function chooseViews(
  possible: readonly (readonly View[])[],
  tensors: number,
  place: (views: Views) => number,
): Views {
  const oneByOne = possible.length * tensors ** 2 <= MOST_TRIED;
  let chosen = NO_VIEWS;
  let bytes = place(chosen);
  for (const views of oneByOne ? possible : [possible.flat()]) {
    const more = withViews(chosen, views);
    if (more.size === chosen.size) continue;
    const total = place(more);
    if (total > bytes) continue;
    [chosen, bytes] = [more, total];
  }
  return chosen;
}

/** What lies in one place already cannot lie in another. */
function withViews(chosen: Views, views: readonly View[]): Views {
  const more = new Map(chosen);
  for (const view of views) if (!more.has(view.tensorId)) more.set(view.tensorId, view);
  return more;
}
