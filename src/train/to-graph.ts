import type { Dataset } from '../ir/dataset.js';
import type { LayerOpSpec } from '../ir/float-forward.js';
import { ANOMALY_CLASSES } from '../ir/anomaly.js';
import type { FloatGraph, FloatOp as Op, ReconstructTask } from '../ir/graph.js';
import type { ParameterPart } from '../ir/layer-rule.js';
import { NETWORK_INPUT, type NetworkPlan, type PlannedLayer, type PlannedParameter } from '../ir/network-plan.js';
import { roundWeights } from '../ir/ops/fake-quantize.js';
import type { Provenance } from '../ir/provenance.js';
import type { Tensor, TensorRole } from '../ir/tensor.js';

/** The network with learned `arrays` (in the plan's order: parameters of all layers, then kept state) as a float graph. */
export function toGraph(
  plan: NetworkPlan,
  arrays: readonly Float32Array[],
  name: string,
  dataset: Dataset,
  provenance: Provenance,
  task?: ReconstructTask,
): FloatGraph {
  const tensors: Tensor[] = [];
  const add = (role: TensorRole, tensorName: string, shape: readonly number[], data: Float32Array | null): number => {
    tensors.push({ id: tensors.length, name: tensorName, shape, dtype: 'float32', role, quant: null, data });
    return tensors.length - 1;
  };
  const outputName = task === undefined ? 'logits' : 'reconstruction';
  const input = add('input', 'input', dataset.inputShape, null);
  const last = lastOp(plan);
  const read = arraysOf(plan, arrays);
  const valueOf: number[] = [];
  const ops: Op[] = [];
  for (const layer of plan.layers) {
    const inputs = layer.inputs.map((i) => (i === NETWORK_INPUT ? input : valueOf[i]));
    // While in use a dropout does nothing.
    if (layer.spec.type === 'dropout') {
      valueOf.push(inputs[0]);
      continue;
    }
    const constants = [...layer.parameters, ...layer.state].map((parameter) =>
      add(ROLES[parameter.part], parameter.name, parameter.shape, inUse(layer, parameter, read(parameter.name))),
    );
    const state = 'units' in layer.spec && layer.spec.type !== 'dense' ? [layer.spec.units] : null;
    const stateId = state === null ? null : add('state', `${layer.name}_state`, state, null);
    const output =
      layer.index === last
        ? add('output', outputName, layer.outputShape, null)
        : add('activation', `${layer.name}_output`, layer.outputShape, null);
    ops.push(toOp(layer, inputs, constants, stateId, output));
    valueOf.push(output);
  }
  const output = valueOf[plan.output];
  const graph = { schemaVersion: 1, stage: 'float', name, tensors, ops, input, output, provenance } as const;
  if (task === undefined) return { ...graph, classNames: dataset.classNames };
  return { ...graph, classNames: ANOMALY_CLASSES, task };
}

/** Weights that the network has rounded wherever it computed with them are the graph's as they were used. */
function inUse({ spec }: PlannedLayer, { part, shape }: PlannedParameter, values: Float32Array): Float32Array {
  if (part !== 'weights' || !('rounding' in spec) || spec.rounding === undefined) return values;
  const last = spec.type === 'depthwise_conv_2d';
  return roundWeights(values, last ? shape[shape.length - 1] : shape[0], last, spec.rounding);
}

const ROLES: Readonly<Record<ParameterPart, TensorRole>> = {
  weights: 'weight',
  recurrent_weights: 'weight',
  gamma: 'weight',
  bias: 'bias',
  beta: 'bias',
  moving_mean: 'bias',
  moving_variance: 'bias',
};

/** Arrays by the name of their parameter: those that are learned stand before those that are kept. */
function arraysOf(plan: NetworkPlan, arrays: readonly Float32Array[]): (name: string) => Float32Array {
  const names = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)].map(
    (p) => p.name,
  );
  const byName = new Map(names.map((name, i) => [name, arrays[i]]));
  return (name) => byName.get(name)!;
}

function lastOp(plan: NetworkPlan): number {
  let layer = plan.layers[plan.output];
  while (layer.spec.type === 'dropout' && layer.inputs[0] !== NETWORK_INPUT) layer = plan.layers[layer.inputs[0]];
  return layer.index;
}

function toOp(
  layer: PlannedLayer,
  inputs: readonly number[],
  parameters: readonly number[],
  state: number | null,
  output: number,
): Op {
  const { spec, name } = layer;
  const [input] = inputs;
  if (spec.type === 'dense') {
    const [weights, bias = null] = parameters;
    const { activation } = spec;
    return { kind: 'fully_connected', name, input, weights, bias, output, activation, requantize: null };
  }
  const { rounding: _, ...own } = spec as LayerOpSpec & { rounding?: unknown };
  return { kind: own.type, name, input, inputs, parameters, state, output, spec: own as LayerOpSpec };
}

/** `name` as a C identifier in snake_case. */
export function identifierOf(name: string): string {
  const snake = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(snake) ? snake : `model_${snake}`;
}
