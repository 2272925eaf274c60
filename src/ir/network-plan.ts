import type { ParameterRule, Shape } from './layer-rule.js';
import type { LayerSpec } from './model-spec.js';

/** The network's input, as an entry of `PlannedLayer.inputs`. */
export const NETWORK_INPUT = -1;

export interface PlannedParameter extends ParameterRule {
  /** `<layer>_<part>`, unique in the network. */
  readonly name: string;
}

/** A layer with all that follows from the layers before it. */
export interface PlannedLayer {
  /** Its place in `NetworkPlan.layers`: layers stand in execution order. */
  readonly index: number;
  readonly name: string;
  readonly spec: LayerSpec;
  /** Indices of the layers it reads, or NETWORK_INPUT. */
  readonly inputs: readonly number[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** Values of one sample's output. */
  readonly outputSize: number;
  /** Learned, in the order of the layer's rule. */
  readonly parameters: readonly PlannedParameter[];
  /** Kept but not learned. */
  readonly state: readonly PlannedParameter[];
  readonly macs: number;
  /** Layers that read this one. */
  readonly readers: readonly number[];
}

/**
 * A hidden layer with weights and the layer at whose output its factor acts: the last of the chain of normalisation,
 * activation and dropout that only this layer feeds. There the error is complete and the activation's derivative is yet
 * to come, as the definition asks (docs/grapes.md).
 */
export interface HiddenNodes {
  readonly layer: number;
  readonly anchor: number;
  /** Units or output channels: the last axis of the anchor's output. */
  readonly nodes: number;
}

/** A model on an input of a known shape: what an engine builds from. */
export interface NetworkPlan {
  readonly inputShape: Shape;
  readonly inputSize: number;
  readonly layers: readonly PlannedLayer[];
  /** Index of the layer whose output is the network's. */
  readonly output: number;
  /** Lowest first. The layers whose output no further weights see are not hidden, and have no factor. */
  readonly hidden: readonly HiddenNodes[];
}
