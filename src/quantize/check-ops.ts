import { ToolError } from '../errors/tool-error.js';
import type { FloatGraph } from '../ir/graph.js';
import { prepare } from './prepare.js';
import { quantizerOf } from './quantizers.js';

export interface UnsupportedOp {
  /** Its name in the graph. */
  readonly op: string;
  /** What it is: `gru`. */
  readonly kind: string;
}

/** They keep a state from step to step, for which the device's formats have no place. */
const OVER_TIME: readonly string[] = ['simple_rnn', 'gru', 'snu', 'rate_code'];

/** The ops of a network that have no integer form and cannot be folded away. The weights do not matter. */
export function unsupportedOps(graph: FloatGraph): UnsupportedOp[] {
  return prepare(graph)
    .ops.filter((op) => quantizerOf(op) === null)
    .map((op) => ({ op: op.name, kind: op.kind }));
}

/** Throws QUANTIZE_UNSUPPORTED_OP with all {@link unsupportedOps}, if there are any. */
export function checkOps(graph: FloatGraph): void {
  const unsupported = unsupportedOps(graph);
  if (unsupported.length === 0) return;
  const [{ op, kind }] = unsupported;
  const list = unsupported.map((u) => `'${u.op}' (${u.kind})`).join(', ');
  const overTime = unsupported.some((u) => OVER_TIME.includes(u.kind))
    ? ' Recurrent and spiking layers cannot be exported to a device yet.'
    : '';
  throw new ToolError(
    'QUANTIZE_UNSUPPORTED_OP',
    `${unsupported.length === 1 ? 'This op has' : 'These ops have'} no integer form: ${list}.${overTime}`,
    { context: { op, kind, ops: unsupported.map((u) => u.op), kinds: unsupported.map((u) => u.kind) } },
  );
}
