/** How a number came to be: computed from the graph, read from an ELF and the compiler, or seen on a device. */
export type NumberSource = 'planned' | 'compiled' | 'measured';

export interface SizedNumber {
  readonly bytes: number;
  readonly source: NumberSource;
}

export interface TensorPlacement {
  readonly tensorId: number;
  readonly name: string;
  /** From the start of the arena. */
  readonly offset: number;
  readonly bytes: number;
  /** Of a tensor inside a streamed block: so many of its rows are there at a time, and `bytes` is what they take. */
  readonly rows?: number;
  /** Index of the op that writes it (-1: the input, written by the caller) and of the last op that reads it. */
  readonly firstOp: number;
  readonly lastOp: number;
}

/** Working memory of one op inside the arena; its content means nothing before and after. */
export interface ScratchPlacement {
  readonly opIndex: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Ops that run together, some rows of the last one's output at a time: each makes the rows that the next ones want then, and
 * the tensors between them are never whole.
 */
export interface StreamedBlock {
  readonly firstOp: number;
  readonly lastOp: number;
  /** Rows of the last op's output in a turn; the last turn may make fewer. */
  readonly rowsPerTurn: number;
  readonly turns: number;
}

/** The op during which most of the arena is in use. */
export interface ArenaPeak {
  readonly opIndex: number;
  readonly opName: string;
  /** Bytes in use then; memory that input and output share counts once. */
  readonly bytes: number;
  /** Tensors and scratch that lie there then, the largest first. */
  readonly largest: readonly { readonly name: string; readonly bytes: number }[];
}

export interface ConstantSize {
  readonly name: string;
  readonly role: 'weight' | 'bias' | 'table' | 'requantize' | 'scale';
  readonly bytes: number;
}

/** What on-device learning adds to RAM; all float32. ramBytes = stateBytes + 4 (step counter) + scratchBytes. */
export interface LearnPlan {
  /** Names of the trained ops, first to last. */
  readonly trainedOps: readonly string[];
  readonly weightBytes: number;
  readonly biasBytes: number;
  readonly activationBytes: number;
  readonly deltaBytes: number;
  readonly nodeSumBytes: number;
  /** Weights, biases and node sums: the bytes that host and device compare. */
  readonly stateBytes: number;
  /** Activations, deltas and the dequantized input, laid over each other by lifetime. */
  readonly scratchBytes: number;
  /** The whole state struct, padding included. */
  readonly ramBytes: number;
}

/** What is known of memory without a compiler. Every byte count is exact except `codeEstimateBytes`. */
export interface MemoryPlan {
  readonly schemaVersion: 1;
  readonly arenaBytes: number;
  /** No placement for these kernels takes less than this. */
  readonly arenaBoundBytes: number;
  /** Is `arenaBytes` proven to be the least, and equal to the bound? Otherwise the truth is between the two. */
  readonly arenaOptimal: boolean;
  /** Names of the ops, in execution order: what the indices of ops in this plan mean. */
  readonly ops: readonly string[];
  readonly peak: ArenaPeak;
  readonly tensors: readonly TensorPlacement[];
  readonly scratch: readonly ScratchPlacement[];
  /** Which ops are streamed, in execution order. */
  readonly blocks: readonly StreamedBlock[];
  readonly constants: readonly ConstantSize[];
  /** Sum over `constants`: what the model keeps in flash. */
  readonly constantBytes: number;
  readonly codeEstimateBytes: number;
  readonly macs: number;
  readonly learn: LearnPlan | null;
}

/** Names up to here are shown as they are. */
const SHORT_NAME = 32;

/**
 * A tensor's name as people read it. Imported models give tensors names of hundreds of characters, the paths of all that was
 * fused into them: those become the name of the op that writes the tensor, or the last part of the last path.
 */
export function shortTensorName({ tensors, ops }: Pick<MemoryPlan, 'tensors' | 'ops'>, name: string): string {
  if (name.length <= SHORT_NAME) return name;
  const writer = tensors.find((x) => x.name === name)?.firstOp ?? -1;
  const short = ops[writer] ?? name.split(/[/;]/).findLast((part) => part !== '') ?? name;
  return short.length <= SHORT_NAME ? short : `${short.slice(0, SHORT_NAME - 1)}…`;
}

/** Tensors that can be read in the arena; of those inside a streamed block only some rows are ever there. */
export function wholeTensors({ tensors }: Pick<MemoryPlan, 'tensors'>): readonly TensorPlacement[] {
  return tensors.filter((x) => x.rows === undefined);
}
