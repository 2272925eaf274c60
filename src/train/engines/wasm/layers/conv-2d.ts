import type { Conv2dLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import {
  absRowSums,
  addRow,
  columnSums,
  matmul,
  matmulTransposedA,
  matmulTransposedB,
  scaleRows,
} from '../arithmetic/matrix.js';
import { clear, eachSample, partialSums, sampleBytes, sumOverSamples } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import { kernelGeometry, type KernelGeometry } from './image-geometry.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';

/**
 * Convolution as a matrix product: the windows of a sample as rows [places][window], the filters as
 * [filters][window]. One sample at a time, so that the windows stay in the cache; windows of one pixel are the input as it
 * stands, and the batch is one product.
 */
export class Conv2dLayer implements WeightedLayer {
  readonly nodes: number;
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state = [];
  feedback: Floats | null = null;
  private readonly weights: Parameter;
  private readonly bias: Parameter | null;
  private readonly geometry: KernelGeometry;
  private readonly isPointwise: boolean;
  /** Address of this thread's [places][window] of one sample. */
  private readonly columns: number;
  private readonly partialGradients: readonly Floats[];
  private readonly inputBytes: number;
  private readonly outputBytes: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: Conv2dLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    [this.weights] = this.parameters;
    this.bias = this.parameters.at(1) ?? null;
    this.nodes = plan.spec.filters;
    this.geometry = kernelGeometry(machine, plan.inputShapes[0], plan.spec);
    this.isPointwise = [...plan.spec.kernel, ...plan.spec.strides].every((size) => size === 1);
    const columns = this.isPointwise ? 0 : this.geometry.places * this.geometry.windowSize;
    this.columns = machine.floats(machine.team.size * columns).address + sampleBytes(machine.team.member * columns);
    this.partialGradients = this.isPointwise ? [] : partialSums(machine, this.weights.gradient.length);
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
    this.inputBytes = sampleBytes(plan.inputShapes[0].reduce((n, d) => n * d, 1));
    this.outputBytes = sampleBytes(plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, nodes, output } = this;
    if (this.isPointwise) {
      const { places, windowSize } = this.geometry;
      matmulTransposedB(machine, this.input, this.weights.values, output, rows * places, nodes, windowSize);
    } else {
      this.convolve(rows);
    }
    if (this.bias !== null) addRow(machine, output, this.bias.values, rows * this.geometry.places, nodes);
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, rows * this.plan.outputSize);
  }

  private convolve(rows: number): void {
    const { machine, nodes, geometry, columns } = this;
    const { places, windowSize } = geometry;
    const { kernels } = machine;
    const w = this.weights.values.address;
    eachSample(machine, rows, (row) => {
      kernels.imageToColumns(this.input.address + row * this.inputBytes, columns, geometry.address);
      const y = this.output.address + row * this.outputBytes;
      kernels.gemmTransposed(columns, windowSize, w, windowSize, y, nodes, places, nodes, windowSize);
    });
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, nodes, geometry, delta } = this;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * this.plan.outputSize);
    if (this.bias !== null) {
      columnSums(machine, delta, this.bias.gradient, rows * geometry.places, nodes, 1 / rows);
    }
    this.takeGradients(rows);
    if (target !== null) this.sendDown(rows, target);
  }

  private takeGradients(rows: number): void {
    const { machine, input, delta, nodes, columns } = this;
    const { address, places, windowSize } = this.geometry;
    const { kernels } = machine;
    const { gradient } = this.weights;
    if (this.isPointwise) {
      matmulTransposedA(machine, delta, input, gradient, nodes, windowSize, rows * places, 1 / rows);
      return;
    }
    sumOverSamples(machine, rows, gradient, this.partialGradients, (row, dw, add) => {
      kernels.imageToColumns(input.address + row * this.inputBytes, columns, address);
      const d = delta.address + row * this.outputBytes;
      const sum = add ? 1 : 0;
      kernels.gemm(d, 1, nodes, columns, windowSize, dw, windowSize, nodes, windowSize, places, 1 / rows, sum);
    });
  }

  private sendDown(rows: number, { delta: errors, accumulate }: ErrorTarget): void {
    const { machine, nodes, geometry, columns, delta } = this;
    const { places, windowSize } = geometry;
    const { kernels } = machine;
    const back = this.feedback ?? this.weights.values;
    if (this.isPointwise) {
      matmul(machine, delta, back, errors, rows * places, windowSize, nodes, accumulate);
      return;
    }
    if (!accumulate) clear(machine, errors, (rows * this.inputBytes) / 4);
    eachSample(machine, rows, (row) => {
      const d = delta.address + row * this.outputBytes;
      kernels.gemm(d, nodes, 1, back.address, windowSize, columns, windowSize, places, windowSize, nodes, 1, 0);
      kernels.columnsToImage(columns, errors.address + row * this.inputBytes, geometry.address);
    });
  }

  sumWeights(sums: Floats): void {
    absRowSums(this.machine, this.weights.values, sums, this.nodes, this.geometry.windowSize);
  }

  scaleGradients(factors: Floats): void {
    scaleRows(this.machine, this.weights.gradient, factors, this.nodes, this.geometry.windowSize);
    if (this.bias !== null) scaleRows(this.machine, this.bias.gradient, factors, this.nodes, 1);
  }
}
