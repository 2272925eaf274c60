import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { FloatGraph, Op } from '../ir/graph.js';
import { NETWORK_INPUT, type NetworkPlan, type PlannedLayer } from '../ir/network-plan.js';
import type { Provenance } from '../ir/provenance.js';
import type { Tensor, TensorRole } from '../ir/tensor.js';

/** The network with learned `arrays` (in the plan's order: parameters of all layers, then kept state) as a float graph. */
export function toGraph(
  plan: NetworkPlan,
  arrays: readonly Float32Array[],
  name: string,
  dataset: Dataset,
  provenance: Provenance,
): FloatGraph {
  const tensors: Tensor[] = [];
  const add = (role: TensorRole, tensorName: string, shape: readonly number[], data: Float32Array | null): number => {
    tensors.push({ id: tensors.length, name: tensorName, shape, dtype: 'float32', role, quant: null, data });
    return tensors.length - 1;
  };
  const input = add('input', 'input', dataset.inputShape, null);
  const last = lastOp(plan);
  const valueOf: number[] = [];
  const ops: Op[] = [];
  let next = 0;
  for (const layer of plan.layers) {
    const below = layer.inputs[0] === NETWORK_INPUT ? input : valueOf[layer.inputs[0]];
    const constants = layer.parameters.map((parameter): number => {
      const role = parameter.part === 'bias' ? 'bias' : 'weight';
      return add(role, parameter.name, parameter.shape, arrays[next++]);
    });
    // While in use a dropout does nothing.
    if (layer.spec.type === 'dropout') {
      valueOf.push(below);
      continue;
    }
    const output =
      layer.index === last
        ? add('output', 'logits', layer.outputShape, null)
        : add('activation', `${layer.name}_output`, layer.outputShape, null);
    ops.push(toOp(layer, below, constants, output));
    valueOf.push(output);
  }
  const { classNames } = dataset;
  const output = valueOf[plan.output];
  return { schemaVersion: 1, stage: 'float', name, classNames, tensors, ops, input, output, provenance };
}

function lastOp(plan: NetworkPlan): number {
  let layer = plan.layers[plan.output];
  while (layer.spec.type === 'dropout' && layer.inputs[0] !== NETWORK_INPUT) layer = plan.layers[layer.inputs[0]];
  return layer.index;
}

function toOp(layer: PlannedLayer, input: number, constants: readonly number[], output: number): Op {
  const { spec, name } = layer;
  if (spec.type !== 'dense') {
    throw new ToolError('GRAPH_INVALID', `Layer '${name}' (${spec.type}) has no form in a graph.`, {
      context: { layer: name, type: spec.type },
    });
  }
  const { activation } = spec;
  const [weights, bias = null] = constants;
  return { kind: 'fully_connected', name, input, weights, bias, output, activation, requantize: null };
}

/** `name` as a C identifier in snake_case. */
export function identifierOf(name: string): string {
  const snake = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(snake) ? snake : `model_${snake}`;
}
