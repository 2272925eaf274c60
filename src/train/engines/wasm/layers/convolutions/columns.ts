import { clear, eachSample, partialSums, sampleBytes, sumOverSamples } from '../../arithmetic/samples.js';
import type { Floats, Machine } from '../../machine.js';
import { kernelGeometry, type KernelGeometry } from '../image-geometry.js';
import type { ErrorTarget } from '../layer.js';
import type { Convolution, ConvolutionArrays } from './convolution.js';

/**
 * Any convolution as a matrix product: the windows of a sample as rows [places][window], the filters as
 * [filters][window]. One sample at a time, so that the windows stay in the cache.
 */
export class ColumnsConvolution implements Convolution {
  private readonly geometry: KernelGeometry;
  /** Address of this thread's [places][window] of one sample. */
  private readonly columns: number;
  private readonly partialGradients: readonly Floats[];
  private readonly inputBytes: number;
  private readonly outputBytes: number;

  constructor(
    private readonly machine: Machine,
    private readonly arrays: ConvolutionArrays,
  ) {
    const { window, filters } = arrays;
    this.geometry = kernelGeometry(machine, window);
    const columns = this.geometry.places * this.geometry.windowSize;
    this.columns = machine.floats(machine.team.size * columns).address + sampleBytes(machine.team.member * columns);
    this.partialGradients = partialSums(machine, arrays.gradient.length);
    this.inputBytes = sampleBytes(window.inputHeight * window.inputWidth * window.channels);
    this.outputBytes = sampleBytes(this.geometry.places * filters);
  }

  forward(rows: number): void {
    const { machine, geometry, columns } = this;
    const { input, output, weights, filters } = this.arrays;
    const { places, windowSize } = geometry;
    const { kernels } = machine;
    eachSample(machine, rows, (row) => {
      kernels.imageToColumns(input.address + row * this.inputBytes, columns, geometry.address);
      const y = output.address + row * this.outputBytes;
      kernels.gemmTransposed(columns, windowSize, weights.address, windowSize, y, filters, places, filters, windowSize);
    });
  }

  takeGradients(rows: number): void {
    const { machine, columns } = this;
    const { input, delta, gradient, filters } = this.arrays;
    const { address, places, windowSize } = this.geometry;
    const { kernels } = machine;
    sumOverSamples(machine, rows, gradient, this.partialGradients, (row, dw, add) => {
      kernels.imageToColumns(input.address + row * this.inputBytes, columns, address);
      const d = delta.address + row * this.outputBytes;
      const sum = add ? 1 : 0;
      kernels.gemm(d, 1, filters, columns, windowSize, dw, windowSize, filters, windowSize, places, 1 / rows, sum);
    });
  }

  sendDown(rows: number, back: Floats, { delta: errors, accumulate }: ErrorTarget): void {
    const { machine, geometry, columns } = this;
    const { delta, filters } = this.arrays;
    const { places, windowSize } = geometry;
    const { kernels } = machine;
    if (!accumulate) clear(machine, errors, (rows * this.inputBytes) / 4);
    eachSample(machine, rows, (row) => {
      const d = delta.address + row * this.outputBytes;
      kernels.gemm(d, filters, 1, back.address, windowSize, columns, windowSize, places, windowSize, filters, 1, 0);
      kernels.columnsToImage(columns, errors.address + row * this.inputBytes, geometry.address);
    });
  }
}
