import type { KernelSet } from '../../../ir/c-sources.js';
import type { Op, QuantizedGraph } from '../../../ir/graph.js';
import type { CConstant } from '../constant.js';

/** C expressions for the tensors of a call. */
export interface CallOperands {
  readonly input: string;
  readonly output: string;
  readonly scratch: string;
}

/** An op as the generated sources hold it: constants in flash and one kernel call. */
export interface LoweredOp {
  readonly symbol: string;
  /** One line above the call. */
  readonly comment: string;
  /** The kernel header, relative to `firmware/`. */
  readonly kernelHeader: string;
  readonly constants: readonly CConstant[];
  /** Bytes of arena the kernel wants for itself during the call. */
  readonly scratchBytes: number;
  readonly macs: number;
  call(operands: CallOperands): readonly string[];
}

/** What every file `ops/<op>.ts` provides. */
export type LowerOp<O extends Op> = (
  graph: QuantizedGraph,
  op: O,
  names: { readonly prefix: string; readonly symbol: string },
  kernels: KernelSet,
) => LoweredOp;
