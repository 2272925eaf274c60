import type { QuantizedGraph } from '../../graph.js';
import type { ConstantOperand } from '../../integer-rule.js';
import type { Integers } from '../../tensor.js';

/** An op with one or two inputs and perhaps a constant. */
interface TwoOperandOp {
  readonly inputs: readonly number[];
  readonly constant?: number;
}

/** The tensors of both operands: the second is the second input or the constant. */
export function operandsOf(op: TwoOperandOp): readonly [number, number] {
  return [op.inputs[0], op.constant ?? op.inputs[1]];
}

export function constantOperands(op: TwoOperandOp): readonly ConstantOperand[] {
  return op.constant === undefined ? [] : [{ id: op.constant, what: 'constant', role: 'constant' }];
}

/** Are these the last axes of `of`? */
export function isTrailing(shape: readonly number[], of: readonly number[]): boolean {
  return shape.length <= of.length && String(shape) === String(of.slice(of.length - shape.length));
}

/** The output's shape, or what is wrong: equal shapes, or a second operand that repeats along the leading axes. */
export function shapeOfTwo(graph: QuantizedGraph, op: TwoOperandOp, repeats: boolean): readonly number[] | string {
  if ((op.constant === undefined) === (op.inputs.length === 1)) return 'takes two operands';
  const [a, b] = operandsOf(op).map((id) => graph.tensors[id].shape);
  if (String(a) === String(b) || ((repeats || op.constant !== undefined) && isTrailing(b, a))) return a;
  return `takes equal shapes, not [${a.join(', ')}] and [${b.join(', ')}]`;
}

/** A constant's values; null where the operand is computed. */
export function constantValues(graph: QuantizedGraph, op: TwoOperandOp): Integers | null {
  return op.constant === undefined ? null : (graph.tensors[op.constant].data as Integers);
}
