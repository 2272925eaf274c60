import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { PadOp, Window } from '../../ir/integer-ops.js';
import { zeroPointOf } from '../../ir/ops/int8/numbers.js';
import { valueRanges } from '../analysis/value-ranges.js';
import { dropUnusedTensors, readersOf, readInstead, replaceOp } from '../graph-edit.js';

/**
 * A frame around rows and columns becomes the padding of the windows that read it. Convolutions pad with the zero point
 * themselves; a largest value does so where no input is below the zero point. An average counts the frame and its own
 * padding not, so it keeps the op.
 */
export function foldPads(graph: QuantizedGraph, untouched: ReadonlySet<string>): QuantizedGraph {
  const pad = graph.ops.find((op): op is PadOp => op.kind === 'pad' && !untouched.has(op.name) && folds(graph, op));
  if (pad === undefined || readersOf(graph, pad.output).some((op) => untouched.has(op.name))) return graph;
  let folded = replaceOp(graph, pad, null);
  for (const op of readersOf(graph, pad.output)) {
    const moved = readInstead(op, pad.output, pad.input);
    folded = replaceOp(folded, op, { ...moved, window: framed(op, pad)! } as QuantizedOp);
  }
  return dropUnusedTensors(folded);
}

function folds(graph: QuantizedGraph, pad: PadOp): boolean {
  if (pad.output === graph.output || pad.before.length !== 3 || pad.before[2] + pad.after[2] > 0) return false;
  return readersOf(graph, pad.output).every((op) => {
    if (framed(op, pad) === null) return false;
    if (op.kind === 'conv_2d' || op.kind === 'depthwise_conv_2d') return true;
    const zero = zeroPointOf(graph, pad.input);
    return (
      op.kind === 'max_pool_2d' &&
      valueRanges(graph)
        .get(pad.input)!
        .low.every((v) => v >= zero)
    );
  });
}

/** The window with the frame as its padding; null if some window would see padding alone. */
function framed(op: QuantizedOp, { before, after }: PadOp): Window | null {
  if (!('window' in op)) return null;
  const { kernel, dilation, pad } = op.window;
  const sum = {
    top: pad.top + before[0],
    left: pad.left + before[1],
    bottom: pad.bottom + after[0],
    right: pad.right + after[1],
  };
  const reach = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
  const inside = Math.max(sum.top, sum.bottom) < reach[0] && Math.max(sum.left, sum.right) < reach[1];
  return inside ? { ...op.window, pad: sum } : null;
}
