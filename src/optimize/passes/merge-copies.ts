import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { ConcatenationOp, PadOp, StridedCopyOp } from '../../ir/integer-ops.js';
import { concatenationRule } from '../../ir/ops/int8/concatenation.js';
import { joinedAxes, STRIDED_COPY_AXES } from '../../ir/ops/int8/strided-copy.js';
import { DTYPE_BYTES, elementCount } from '../../ir/tensor.js';
import { dropUnusedTensors, readersOf, replaceOp, writerOf } from '../graph-edit.js';

/** A longer tensor's places are not looked at one by one. */
const MOST_PLACES = 2 ** 20;

/**
 * Moves of bytes that follow a move of which they are the only reader become one: slices, transpositions and reshapes that
 * are again a walk by fixed strides, so that transpositions that cancel leave a reshape; frames around frames; concatenations
 * of concatenations along the same axis. A copy of the whole tensor in its order is a reshape.
 */
export function mergeCopies(graph: QuantizedGraph, untouched: ReadonlySet<string>): QuantizedGraph {
  for (const op of graph.ops) {
    if (untouched.has(op.name)) continue;
    if (op.kind === 'strided_copy' && isWholeInOrder(graph, op)) {
      const { name, input, inputs, output } = op;
      return replaceOp(graph, op, { kind: 'reshape', name, input, inputs, output });
    }
    if (op.kind === 'concatenation') {
      const flat = joinedInputs(graph, op, untouched);
      if (flat !== null) return flat;
      continue;
    }
    const writer = writerOf(graph, op.input);
    if (writer === undefined || untouched.has(writer.name) || readersOf(graph, op.input).length > 1) continue;
    const merged = bothMoves(graph, writer, op);
    if (merged !== null) return dropUnusedTensors(replaceOp(replaceOp(graph, writer, null), op, merged));
  }
  return graph;
}

function isWholeInOrder(graph: QuantizedGraph, op: StridedCopyOp): boolean {
  const [from, to] = [op.input, op.output].map((id) => graph.tensors[id].shape);
  if (elementCount(from) !== elementCount(to) || op.offset !== 0) return false;
  const axes = joinedAxes(to, op.strides);
  return axes.length === 0 || (axes.length === 1 && axes[0][1] === 1);
}

function bothMoves(graph: QuantizedGraph, first: QuantizedOp, second: QuantizedOp): QuantizedOp | null {
  if (first.kind === 'pad' && second.kind === 'pad') {
    const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((n, k) => n + b[k]);
    const frame: Pick<PadOp, 'before' | 'after'> = {
      before: sum(first.before, second.before),
      after: sum(first.after, second.after),
    };
    return { ...second, input: first.input, inputs: first.inputs, ...frame };
  }
  const [a, b] = [placesOf(graph, first), placesOf(graph, second)];
  // Two reshapes are one without this.
  if (a === null || b === null || (first.kind === 'reshape' && second.kind === 'reshape')) return null;
  const { shape, dtype } = graph.tensors[second.output];
  const strided = asStrides(shape, (k) => a(b(k)));
  if (strided === null) return null;
  const spare = DTYPE_BYTES[dtype] === 1 ? 0 : 1;
  if (joinedAxes(shape, strided.strides).length + spare > STRIDED_COPY_AXES) return null;
  const { name, output } = second;
  return { kind: 'strided_copy', name, input: first.input, inputs: [first.input], output, ...strided };
}

/** By place of the output, in order, the place of the input that goes there; null for ops that do more. */
function placesOf(graph: QuantizedGraph, op: QuantizedOp): ((place: number) => number) | null {
  if (op.kind === 'reshape') return (place) => place;
  if (op.kind !== 'strided_copy') return null;
  const { shape } = graph.tensors[op.output];
  return (place) => {
    let rest = place;
    let at = op.offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]) * op.strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return at;
  };
}

/** A walk over `shape` with one stride an axis that meets these places, or null. */
function asStrides(
  shape: readonly number[],
  placeOf: (place: number) => number,
): Pick<StridedCopyOp, 'offset' | 'strides'> | null {
  const size = elementCount(shape);
  if (size > MOST_PLACES) return null;
  const offset = placeOf(0);
  const strides = shape.map((d, k) => (d === 1 ? 0 : placeOf(elementCount(shape.slice(k + 1))) - offset));
  const walk = (place: number): number => {
    let rest = place;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return at;
  };
  for (let place = 0; place < size; place++) if (walk(place) !== placeOf(place)) return null;
  return { offset, strides };
}

/** A concatenation with what another one along its axis has joined just for it; null where there is none, or too much. */
function joinedInputs(
  graph: QuantizedGraph,
  op: ConcatenationOp,
  untouched: ReadonlySet<string>,
): QuantizedGraph | null {
  for (const id of op.inputs) {
    const writer = writerOf(graph, id);
    if (writer?.kind !== 'concatenation' || writer.axis !== op.axis || untouched.has(writer.name)) continue;
    if (readersOf(graph, id).length > 1 || op.inputs.filter((other) => other === id).length > 1) continue;
    const inputs = op.inputs.flatMap((other) => (other === id ? writer.inputs : [other]));
    if (inputs.length > concatenationRule.inputs[1]) continue;
    const flat: ConcatenationOp = { ...op, input: inputs[0], inputs };
    return dropUnusedTensors(replaceOp(replaceOp(graph, writer, null), op, flat));
  }
  return null;
}
