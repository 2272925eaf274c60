import type { Conv2dLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import { absRowSums, addRow, columnSums, scaleRows } from '../arithmetic/matrix.js';
import { alone, clear, eachSample, sampleBytes } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import { kernelGeometry, type KernelGeometry } from './image-geometry.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';

/**
 * Convolution as a matrix product: the windows of a sample as rows [places][window], the filters as
 * [filters][window]. One sample at a time, so that the windows stay in the cache.
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
  /** Address of this thread's [places][window] of one sample. */
  private readonly columns: number;
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
    const columns = this.geometry.places * this.geometry.windowSize;
    this.columns = machine.floats(machine.team.size * columns).address + sampleBytes(machine.team.member * columns);
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
    this.inputBytes = sampleBytes(plan.inputShapes[0].reduce((n, d) => n * d, 1));
    this.outputBytes = sampleBytes(plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, nodes, geometry, output, weights } = this;
    const { places, windowSize } = geometry;
    const { kernels } = machine;
    const { columns } = this;
    eachSample(machine, rows, (row) => {
      kernels.imageToColumns(this.input.address + row * this.inputBytes, columns, geometry.address);
      const y = output.address + row * this.outputBytes;
      kernels.gemmTransposed(
        columns,
        windowSize,
        weights.values.address,
        windowSize,
        y,
        nodes,
        places,
        nodes,
        windowSize,
      );
    });
    if (this.bias !== null) addRow(machine, output, this.bias.values, rows * places, nodes);
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, rows * this.plan.outputSize);
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, nodes, geometry, delta, weights } = this;
    const { places } = geometry;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * this.plan.outputSize);
    if (this.bias !== null) columnSums(machine, delta, this.bias.gradient, rows * places, nodes, 1 / rows);
    alone(machine, () => this.takeGradients(rows));
    if (target === null) return;
    if (!target.accumulate) clear(machine, target.delta, (rows * this.inputBytes) / 4);
    this.sendDown(rows, target.delta, this.feedback ?? weights.values);
  }

  private takeGradients(rows: number): void {
    const { nodes, geometry, weights, columns } = this;
    const { places, windowSize } = geometry;
    const { kernels } = this.machine;
    for (let row = 0; row < rows; row++) {
      kernels.imageToColumns(this.input.address + row * this.inputBytes, columns, geometry.address);
      const d = this.delta.address + row * this.outputBytes;
      const add = row > 0 ? 1 : 0;
      const dw = weights.gradient.address;
      kernels.gemm(d, 1, nodes, columns, windowSize, dw, windowSize, nodes, windowSize, places, 1 / rows, add);
    }
  }

  private sendDown(rows: number, errors: Floats, back: Floats): void {
    const { nodes, geometry, columns } = this;
    const { places, windowSize } = geometry;
    const { kernels } = this.machine;
    eachSample(this.machine, rows, (row) => {
      const d = this.delta.address + row * this.outputBytes;
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
