import { opInputs, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import { withInputs, withOps } from './graph-edit.js';

const RESHAPES: readonly FloatOp['kind'][] = ['flatten', 'reshape'];
/** They read any shape, row by row. */
const ANY_SHAPE: readonly FloatOp['kind'][] = ['fully_connected', ...RESHAPES];

/** Takes out each reshape that changes nothing, or whose readers read any shape: a flatten in front of a dense layer. */
export function dropReshapes(graph: FloatGraph): FloatGraph {
  /** What to read instead, by tensor. */
  const instead = new Map<number, number>();
  const ops: FloatOp[] = [];
  const shape = (id: number): string => String(graph.tensors[id].shape);
  for (const original of graph.ops) {
    const op = withInputs(
      original,
      opInputs(original).map((id) => instead.get(id) ?? id),
    );
    const readers = graph.ops.filter((other) => opInputs(other).includes(op.output));
    const free =
      RESHAPES.includes(op.kind) &&
      op.output !== graph.output &&
      (shape(op.input) === shape(op.output) || readers.every(({ kind }) => ANY_SHAPE.includes(kind)));
    if (free) instead.set(op.output, op.input);
    else ops.push(op);
  }
  return ops.length === graph.ops.length ? graph : withOps(graph, graph.tensors, ops);
}
