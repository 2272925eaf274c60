import type { LayerSpec } from './model-spec.js';

export type Shape = readonly number[];

export type ParameterPart =
  'weights' | 'recurrent_weights' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** An array that belongs to a layer, in the layout in which it is saved and compared. */
export interface ParameterRule {
  readonly part: ParameterPart;
  readonly shape: Shape;
  /** Values that flow into one output and outputs that one value reaches: what initializers scale by. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** What it begins with: drawn by the initializer, orthogonal blocks [fanIn][fanIn], or a constant. */
  readonly initial: 'random' | 'orthogonal' | number;
}

/** What is known of a layer type without any numbers: one object an op, in src/ir/ops. Shapes have no batch axis. */
export interface LayerRule<S extends LayerSpec> {
  /** The output's shape, or what is wrong in words: `takes …, not [3, 4]`. */
  outputShape(spec: S, inputs: readonly Shape[]): Shape | string;
  /** What is learned, in a fixed order. */
  parameters(spec: S, inputs: readonly Shape[], bias: boolean): readonly ParameterRule[];
  /** What is kept but not learned. */
  state(spec: S, inputs: readonly Shape[]): readonly ParameterRule[];
  /** Nodes (units or output channels) that have a responsibility of their own; null for layers without weights. */
  nodes(spec: S, inputs: readonly Shape[]): number | null;
  /** Multiplications of one inference. */
  macs(spec: S, inputs: readonly Shape[], output: Shape): number;
}

/** Layers that neither learn nor multiply differ in their shape rule alone. */
export function plainRule<S extends LayerSpec>(outputShape: LayerRule<S>['outputShape']): LayerRule<S> {
  return { outputShape, parameters: () => [], state: () => [], nodes: () => null, macs: () => 0 };
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
