import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { IntegerOp } from '../../ir/integer-ops.js';
import { integerRule } from '../../ir/integer-rules.js';
import { sameQuantization } from '../../ir/ops/int8/numbers.js';
import { elementCount, integersOf } from '../../ir/tensor.js';
import { valueRanges } from '../analysis/value-ranges.js';
import { dropUnusedTensors, readersOf, readInstead, replaceOp, writerOf } from '../graph-edit.js';

/**
 * Ops that hand their input on as it is: reshapes in front of what takes any shape, tables that change nothing, pools of one
 * place, frames of nothing, concatenations of one tensor, sums, products and rescalings that give back what comes; and ops whose
 * output nobody reads.
 */
export function removeNoOps(graph: QuantizedGraph, untouched: ReadonlySet<string>): QuantizedGraph {
  for (const op of graph.ops) {
    if (untouched.has(op.name)) continue;
    const readers = readersOf(graph, op.output);
    if (op.output === graph.output) {
      const writer = writerOf(graph, op.input);
      const alone = writer !== undefined && !untouched.has(writer.name) && readersOf(graph, op.input).length === 1;
      if (alone && sameShape(graph, op) && changesNothing(graph, op, [])) {
        return dropUnusedTensors(replaceOp(replaceOp(graph, op, null), writer, { ...writer, output: op.output }));
      }
    } else if (
      readers.length === 0 ||
      (!readers.some((r) => untouched.has(r.name)) && changesNothing(graph, op, readers))
    ) {
      const without = replaceOp(graph, op, null);
      const ops = without.ops.map((other) => readInstead(other, op.output, op.input));
      return dropUnusedTensors({ ...without, ops });
    }
  }
  return graph;
}

function sameShape(graph: QuantizedGraph, op: QuantizedOp): boolean {
  return String(graph.tensors[op.input].shape) === String(graph.tensors[op.output].shape);
}

function changesNothing(graph: QuantizedGraph, op: QuantizedOp, readers: readonly QuantizedOp[]): boolean {
  if (op.kind === 'reshape') {
    // Dense layers read elements in order, and a reshape says its shape anew.
    return (
      sameShape(graph, op) ||
      (readers.length > 0 && readers.every((r) => r.kind === 'fully_connected' || r.kind === 'reshape'))
    );
  }
  if (!sameShape(graph, op) || !sameQuantization(graph, op.input, op.output)) return false;
  switch (op.kind) {
    case 'pad':
    case 'concatenation':
      return true;
    case 'max_pool_2d':
    case 'average_pool_2d': {
      const { kernel, strides } = op.window;
      const one = [...kernel, ...strides].every((n) => n === 1);
      return one && inputValues(graph, op).every((x) => x >= op.clampMin && x <= op.clampMax);
    }
    case 'lookup': {
      const table = graph.tensors[op.table].data as Int8Array;
      return inputValues(graph, op).every((x) => table[x + 128] === x);
    }
    case 'add':
    case 'sub':
    case 'mul':
    case 'rescale':
      return op.inputs.length === 1 && keepsValues(graph, op);
    default:
      return false;
  }
}

/** Values times elements that are tried. */
const MOST_TRIED = 2 ** 24;

/** Does the integer reference give every value back that the input can take, at every place? */
function keepsValues(graph: QuantizedGraph, op: IntegerOp): boolean {
  const values = inputValues(graph, op);
  // Without a constant all places are alike.
  const constant = 'constant' in op && op.constant !== undefined ? elementCount(graph.tensors[op.constant].shape) : 1;
  if (values.length * constant > MOST_TRIED) return false;
  const one = { ...graph.tensors[op.input], shape: [constant] };
  const tensors = graph.tensors.map((x) => (x.id === op.input || x.id === op.output ? { ...x, shape: one.shape } : x));
  const step = integerRule(op).prepare({ ...graph, tensors }, op);
  const [x, y] = [integersOf(one, constant), integersOf(one, constant)];
  return values.every((v) => {
    x.fill(v);
    step([x], y);
    return y.every((out) => out === v);
  });
}

/** Every value that the input can take. */
function inputValues(graph: QuantizedGraph, op: QuantizedOp): readonly number[] {
  const { low, high } = valueRanges(graph).get(op.input)!;
  const [least, most] = [Math.min(...low), Math.max(...high)];
  return Array.from({ length: most - least + 1 }, (_, k) => least + k);
}
