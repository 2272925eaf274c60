import type { Machine } from '../../machine.js';
import { ColumnsConvolution } from './columns.js';
import type { Convolution, ConvolutionArrays } from './convolution.js';
import { PointwiseConvolution } from './pointwise.js';
import { WinogradConvolution, winogradPays } from './winograd.js';

/** The quickest way that there is; which one depends on the shapes alone, as the bits of the result do. */
export function createConvolution(machine: Machine, arrays: ConvolutionArrays): Convolution {
  const { kernelHeight, kernelWidth, strideHeight, strideWidth } = arrays.window;
  if ([kernelHeight, kernelWidth, strideHeight, strideWidth].every((size) => size === 1)) {
    return new PointwiseConvolution(machine, arrays);
  }
  if (winogradPays(arrays)) return new WinogradConvolution(machine, arrays);
  return new ColumnsConvolution(machine, arrays);
}
