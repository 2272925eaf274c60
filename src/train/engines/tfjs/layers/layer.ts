import type { LayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import type { Activation } from '../../../../ir/graph.js';
import type { ParameterPart } from '../../../../ir/layer-rule.js';
import type { Tensor, Tf } from '../back-end.js';
import { relu } from '../custom-gradients.js';

/** What a layer is told of the batch that goes through it, and of itself. */
export interface LayerCall<S extends LayerSpec = LayerSpec> {
  readonly tf: Tf;
  readonly planned: PlannedLayer & { readonly spec: S };
  readonly rows: number;
  /** Dropout is on, statistics are the batch's. */
  readonly training: boolean;
  /** Learned and kept arrays, in the plan's layouts. */
  readonly parameters: Partial<Record<ParameterPart, Tensor>>;
  /** In the place of the weights when the error goes down (feedback alignment). */
  readonly feedback: Tensor | null;
  /** 0 or 1 / keep for each value of a dropout layer; null otherwise. */
  readonly mask: Tensor | null;
  /** The key that a rate code draws with. */
  readonly key: number;
  /** A batch norm tells the mean and variance of the batch. */
  readonly tellStatistics: (mean: Tensor, variance: Tensor) => void;
}

/** [rows][input shape] → [rows][output shape], of operations that tfjs can differentiate. */
export type LayerFunction<S extends LayerSpec = LayerSpec> = (inputs: readonly Tensor[], call: LayerCall<S>) => Tensor;

export function activate(tf: Tf, x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return relu(tf, x);
    case 'relu6':
      return x.relu6();
    case 'tanh':
      return x.tanh();
    case 'sigmoid':
      return x.sigmoid();
  }
}
