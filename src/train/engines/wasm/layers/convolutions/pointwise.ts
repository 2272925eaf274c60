import { matmul, matmulTransposedA, matmulTransposedB } from '../../arithmetic/matrix.js';
import type { Floats, Machine } from '../../machine.js';
import type { ErrorTarget } from '../layer.js';
import type { Convolution, ConvolutionArrays } from './convolution.js';

/** Windows of one pixel: the input as it stands is a matrix [rows · places][channels], and the batch is one product. */
export class PointwiseConvolution implements Convolution {
  private readonly places: number;

  constructor(
    private readonly machine: Machine,
    private readonly arrays: ConvolutionArrays,
  ) {
    this.places = arrays.window.outputHeight * arrays.window.outputWidth;
  }

  forward(rows: number): void {
    const { input, weights, output, filters, window } = this.arrays;
    matmulTransposedB(this.machine, input, weights, output, rows * this.places, filters, window.channels);
  }

  takeGradients(rows: number): void {
    const { input, delta, gradient, filters, window } = this.arrays;
    matmulTransposedA(this.machine, delta, input, gradient, filters, window.channels, rows * this.places, 1 / rows);
  }

  sendDown(rows: number, back: Floats, { delta: errors, accumulate }: ErrorTarget): void {
    const { delta, filters, window } = this.arrays;
    matmul(this.machine, delta, back, errors, rows * this.places, window.channels, filters, accumulate);
  }
}
