import type { QuantizedGraph } from './graph.js';
import type { IntegerOp } from './integer-ops.js';
import type { Integers, TensorRole } from './tensor.js';

/** A constant that an op reads. */
export interface ConstantOperand {
  readonly id: number;
  readonly what: string;
  readonly role: TensorRole;
}

/** An op bound to its graph: reads whole tensors, writes a whole one, allocates nothing. */
export type IntegerStep = (inputs: readonly Integers[], output: Integers) => void;

/**
 * What an integer op is, in one place: every file `ops/int8/<op>.ts` exports one. Methods that return `string | null`
 * say what is wrong; those after `outputShape` are called for graphs whose earlier checks passed.
 */
export interface IntegerRule<O extends IntegerOp> {
  /** Smallest and largest number of inputs. */
  readonly inputs: readonly [number, number];
  constants(op: O): readonly ConstantOperand[];
  /** The shape of the output, or what is wrong with the op's shapes. */
  outputShape(graph: QuantizedGraph, op: O): readonly number[] | string;
  /** What is wrong with scales, zero points, multipliers, clamps. */
  checkNumbers(graph: QuantizedGraph, op: O): string | null;
  /** The largest magnitude of any intermediate, over all inputs: must stay below {@link accumulatorLimit}. */
  bound(graph: QuantizedGraph, op: O): number;
  macs(graph: QuantizedGraph, op: O): number;
  /** The integer reference. */
  prepare(graph: QuantizedGraph, op: O): IntegerStep;
}
