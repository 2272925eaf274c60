import type { KernelSet } from '../../../ir/c-sources.js';
import { type TrainedLayer, trainedPart } from '../../../ir/learn/trained-layers.js';
import { hasNodeSums } from '../../plan/learn.js';
import { fullyConnectedKernel } from '../ops/fully-connected.js';
import type { CModel } from '../model.js';

/** A trained layer with the C names of its members. */
export interface CTrainedLayer extends TrainedLayer {
  /** Of the struct members: `<symbol>_weights`, `_bias`, `_sums`. */
  readonly symbol: string;
  readonly hasBias: boolean;
  readonly hasSums: boolean;
  /** How its int8 weights are packed in flash. */
  readonly kernel: KernelSet;
}

/** The trained layers of a learning model, first to last; empty without learning. */
export function trainedLayers(model: CModel): CTrainedLayer[] {
  const { graph, learn } = model;
  if (learn === null) return [];
  return trainedPart(graph, learn).layers.map((layer) => ({
    ...layer,
    symbol: model.ops[graph.ops.indexOf(layer.op)].symbol,
    hasBias: layer.op.bias !== null,
    hasSums: hasNodeSums(layer, learn),
    kernel: fullyConnectedKernel(graph, layer.op, model.kernels),
  }));
}
