import type { KernelSet } from '../../../ir/c-sources.js';
import type { Op, QuantizedGraph } from '../../../ir/graph.js';
import type { CConstant } from '../constant.js';

/** C expressions for the tensors of a call. */
export interface CallOperands {
  /** The first of `inputs`. */
  readonly input: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly scratch: string;
  /** From the start of the output to that of each input, in bytes; absent where rows come in turns. */
  readonly distances?: readonly number[];
}

/** An argument of a kernel. */
export interface KernelArgument {
  /** C type and name of the parameter: `const int8_t *`, `input`. */
  readonly type: string;
  readonly name: string;
  readonly value: string;
  /**
   * `shape`: fixed in the function that calls share. `number`: fixed there if all sharers have the same. `pointer`:
   * given at each call; so are the heights of a streamed op.
   */
  readonly kind: 'shape' | 'number' | 'pointer';
}

/** A kernel at one shape. Ops whose `shape` arguments agree share one function in the emitted file. */
export interface KernelCall {
  readonly kernel: string;
  /** Name of the shared function, without a number: `conv_2d_25x5x64_to_25x5x64`. */
  readonly title: string;
  readonly arguments: readonly KernelArgument[];
}

/**
 * The output may lie over the input if it begins at least `distance` bytes below it, and by a multiple of `step`: the kernel
 * then writes nowhere before it has read there for the last time.
 */
export interface OutputOverlap {
  readonly distance: number;
  readonly step: number;
}

/** An op as the generated sources hold it: constants in flash and one kernel call. */
export interface LoweredOp {
  readonly symbol: string;
  /** One line above the call. */
  readonly comment: string;
  /** The kernel header, relative to `firmware/`. */
  readonly kernelHeader: string;
  /** Another header that the calls need. */
  readonly helperHeader?: string;
  readonly constants: readonly CConstant[];
  /** Bytes of arena the kernel wants for itself during the call. */
  readonly scratchBytes: number;
  readonly macs: number;
  /** Where the output may lie over the input. Absent: they must not share a byte. */
  readonly overlap?: OutputOverlap;
  /** The same for the scratch memory over an input that nobody reads afterwards. */
  readonly scratchDistance?: number;
  /** Kernel calls, in order; none where no byte has to move. */
  calls(operands: CallOperands): readonly KernelCall[];
}

/** The headers that an op's calls need. */
export function headersOf({ kernelHeader, helperHeader }: LoweredOp): readonly string[] {
  return helperHeader === undefined ? [kernelHeader] : [kernelHeader, helperHeader];
}

/** The constants of all ops; tables that several share are there once. */
export function constantsOf(ops: readonly LoweredOp[]): readonly CConstant[] {
  return [...new Map(ops.flatMap((op) => op.constants).map((c) => [c.name, c])).values()];
}

/** What every file `ops/<op>.ts` provides. */
export type LowerOp<O extends Op> = (
  graph: QuantizedGraph,
  op: O,
  names: { readonly prefix: string; readonly symbol: string },
  kernels: KernelSet,
) => LoweredOp;
