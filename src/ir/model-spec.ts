import type { Activation } from './graph.js';

/** A dense layer as a user writes it. The last layer of a model is the output: its activation must be `none`. */
export interface DenseLayerSpec {
  readonly type: 'dense';
  readonly name?: string;
  readonly units: number;
  readonly activation: Activation;
  /** Fraction of this layer's outputs dropped while training, in [0, 1). 0 is off. */
  readonly dropout: number;
}

export type LayerSpec = DenseLayerSpec;

export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
  /** Train and export biases. The GRAPES paper's networks have none. */
  readonly bias: boolean;
}

/** How the modulation factor acts: on the error that also travels further down, or on this layer's update only. */
export type GrapesMode = 'propagating' | 'local' | 'off';
