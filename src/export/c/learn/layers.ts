import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph } from '../../../ir/graph.js';
import { type TrainedLayer, trainedPart } from '../../../ir/learn/trained-layers.js';
import { weightBits } from '../../../ir/tensor.js';
import { hasNodeSums } from '../../plan/learn.js';
import { fullyConnectedKernel } from '../ops/fully-connected.js';
import type { CModel } from '../model.js';

/** A trained layer with the C names of its members. */
export interface CTrainedLayer extends TrainedLayer {
  /** Of the struct members: `<symbol>_weights`, `_bias`, `_sums`. */
  readonly symbol: string;
  readonly hasBias: boolean;
  readonly hasSums: boolean;
  /** How its weights are packed in flash: the kernel's header, and the function that reads one of them. */
  readonly kernelHeader: string;
  readonly weightFunction: string;
}

/** The trained layers of a learning model, first to last; empty without learning. */
export function trainedLayers(model: CModel): CTrainedLayer[] {
  const { graph, learn } = model;
  if (learn === null) return [];
  return trainedPart(graph, learn).layers.map((layer) => ({
    ...layer,
    ...packing(graph, layer, model.kernels),
    symbol: model.ops[graph.ops.indexOf(layer.op)].symbol,
    hasBias: layer.op.bias !== null,
    hasSums: hasNodeSums(layer, learn),
  }));
}

function packing(
  graph: QuantizedGraph,
  { op }: TrainedLayer,
  kernels: KernelSet,
): Pick<CTrainedLayer, 'kernelHeader' | 'weightFunction'> {
  const { set, kernel } = fullyConnectedKernel(graph, op, kernels);
  const bits = weightBits(graph.tensors[op.weights]);
  return {
    kernelHeader: `kernels/${set}/fully_connected_s${bits}.h`,
    weightFunction: `grapes_fully_connected_weight_${bits === 4 ? 's4_' : ''}${kernel}`,
  };
}
