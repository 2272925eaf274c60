import type { WindowGeometry } from '../../../../../ir/ops/window.js';
import type { Floats } from '../../machine.js';
import type { ErrorTarget } from '../layer.js';

/** What a convolution reads and writes. Weights and their gradient are [filters][window][channels]. */
export interface ConvolutionArrays {
  readonly window: WindowGeometry & { readonly channels: number };
  readonly filters: number;
  /** [rows][height][width][channels] */
  readonly input: Floats;
  /** [rows][outputHeight][outputWidth][filters], as `delta` */
  readonly output: Floats;
  readonly delta: Floats;
  readonly weights: Floats;
  readonly gradient: Floats;
}

/** One way to compute a convolution, without bias and activation, and its gradients. */
export interface Convolution {
  /** output = input ∗ weights */
  forward(rows: number): void;
  /** gradient = the mean over the rows */
  takeGradients(rows: number): void;
  /** The error of the input, through `back` in the layout of the weights. */
  sendDown(rows: number, back: Floats, target: ErrorTarget): void;
}
