import { ToolError } from '../../errors/tool-error.js';
import type { Activation, Graph, LookupFunction } from '../graph.js';
import type { LearnSpec } from '../learn-spec.js';
import type { FullyConnectedOp } from '../graph.js';
import { fullyConnectedSize } from '../ops/fully-connected.js';

/** A dense layer that the device trains: the op and, where tanh became a lookup of its own, that function with it. */
export interface TrainedLayer {
  readonly op: FullyConnectedOp;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** Every trained layer but the network's output: it has a modulation factor unless GRAPES is off. */
  readonly hidden: boolean;
}

const LEARNED_ACTIVATIONS: readonly string[] = ['none', 'relu', 'tanh'] satisfies Activation[];

/** A network divided into what stays int8 and what is trained. */
export interface TrainedPart {
  /** First to last. */
  readonly layers: readonly TrainedLayer[];
  /** How many ops run as the int8 network below the border. */
  readonly frozenOps: number;
  /** Id of the tensor that is dequantized: the input of the first trained layer. */
  readonly border: number;
}

/** Divides `graph` as `spec.layers` says. Throws LEARN_LAYERS_OUT_OF_RANGE or LEARN_UNSUPPORTED. */
export function trainedPart(graph: Graph, spec: Pick<LearnSpec, 'layers'>): TrainedPart {
  if (graph.task !== undefined)
    throw unsupported(
      graph,
      graph.task.kind === 'values'
        ? 'what its output means is not known'
        : 'it is trained to reconstruct its input, and has no classes',
    );
  const dense = denseLayers(graph);
  const count = spec.layers === 'all' ? dense.length : spec.layers;
  if (!Number.isInteger(count) || count < 1 || count > dense.length) {
    throw new ToolError(
      'LEARN_LAYERS_OUT_OF_RANGE',
      `learn.layers is ${count}, but '${graph.name}' has ${dense.length} dense layers.`,
      { context: { layers: count, available: dense.length } },
    );
  }
  const first = dense[dense.length - count];
  checkTrained(graph, first.index);
  const wide = graph.ops.slice(first.index).find((op) => graph.tensors[op.input].dtype === 'int16');
  if (wide !== undefined) {
    throw unsupported(
      graph,
      `'${wide.name}' is among the trained layers and has 16-bit activations; give it activationBits 8, learning computes it in float32`,
    );
  }
  return {
    layers: dense.slice(-count).map(({ layer }) => layer),
    frozenOps: first.index,
    border: first.layer.op.input,
  };
}

function denseLayers(graph: Graph): { index: number; layer: TrainedLayer }[] {
  const layers: { index: number; layer: TrainedLayer }[] = [];
  for (let index = 0; index < graph.ops.length; index++) {
    const op = graph.ops[index];
    if (op.kind !== 'fully_connected') continue;
    const next = graph.ops[index + 1];
    const table = next?.kind === 'lookup' && next.input === op.output ? next.activation : op.activation;
    // Of other tables checkTrained speaks.
    const activation = isActivation(table) ? table : 'none';
    layers.push({ index, layer: { op, ...fullyConnectedSize(graph, op), activation, hidden: true } });
  }
  const last = layers.at(-1);
  if (last === undefined) throw unsupported(graph, 'it has no dense layer');
  if (last.layer.activation !== 'none')
    throw unsupported(graph, `its output has the activation ${last.layer.activation}`);
  last.layer = { ...last.layer, hidden: false };
  return layers;
}

function isActivation(table: Activation | LookupFunction): table is Activation {
  return (['none', 'relu', 'relu6', 'tanh', 'sigmoid'] as readonly string[]).includes(table);
}

/** From op `first` on there is a chain of dense layers with activations that learning knows, and nothing else. */
function checkTrained(graph: Graph, first: number): void {
  let previous = graph.ops[first].input;
  for (const op of graph.ops.slice(first)) {
    if (op.input !== previous) throw unsupported(graph, `op '${op.name}' does not read the op before it`);
    previous = op.output;
    const dense = op.kind === 'fully_connected';
    if (!dense && op.kind !== 'lookup')
      throw unsupported(graph, `'${op.name}' (${op.kind}) is among the trained layers`);
    if (!LEARNED_ACTIVATIONS.includes(op.activation)) {
      throw unsupported(graph, `'${op.name}' has the activation ${op.activation}; learning knows none, relu and tanh`);
    }
  }
}

function unsupported(graph: Graph, why: string): ToolError {
  return new ToolError('LEARN_UNSUPPORTED', `'${graph.name}' cannot learn on a device: ${why}.`);
}
