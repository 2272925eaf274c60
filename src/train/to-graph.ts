import type { Dataset } from '../ir/dataset.js';
import type { FloatGraph, FullyConnectedOp } from '../ir/graph.js';
import type { Provenance } from '../ir/provenance.js';
import type { Tensor, TensorRole } from '../ir/tensor.js';
import type { Network } from './network.js';

/** A copy of the network's weights as a float graph. */
export function toGraph(network: Network, name: string, dataset: Dataset, provenance: Provenance): FloatGraph {
  const tensors: Tensor[] = [];
  const add = (role: TensorRole, tensorName: string, shape: readonly number[], data: Float32Array | null): number => {
    tensors.push({ id: tensors.length, name: tensorName, shape, dtype: 'float32', role, quant: null, data });
    return tensors.length - 1;
  };
  const input = add('input', 'input', dataset.inputShape, null);
  let below = input;
  const ops = network.layers.map((layer, i): FullyConnectedOp => {
    const { weights, bias, outputs, activation } = layer;
    const op = {
      kind: 'fully_connected',
      name: layer.name,
      input: below,
      weights: add('weight', weights.name, [outputs, layer.inputs], weights.values.values.slice()),
      bias: bias === null ? null : add('bias', bias.name, [outputs], bias.values.values.slice()),
      output:
        i === network.layers.length - 1
          ? add('output', 'logits', [outputs], null)
          : add('activation', `${layer.name}_output`, [outputs], null),
      activation,
      requantize: null,
    } as const;
    below = op.output;
    return op;
  });
  const { classNames } = dataset;
  return { schemaVersion: 1, stage: 'float', name, classNames, tensors, ops, input, output: below, provenance };
}

/** `name` as a C identifier in snake_case. */
export function identifierOf(name: string): string {
  const snake = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(snake) ? snake : `model_${snake}`;
}
