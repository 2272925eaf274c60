import type { DepthwiseConv2dLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { windowOn } from '../../../../ir/ops/image-shape.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import { absColumnSums, addRow, columnSums, scaleColumns } from '../arithmetic/matrix.js';
import { clear, eachSample, partialSums, sampleBytes, sumOverSamples } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import { kernelGeometry, type KernelGeometry } from './image-geometry.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';
import { UsedWeights } from './used-weights.js';

/** Each channel convolved alone; weights are [window][channels · multiplier]. */
export class DepthwiseConv2dLayer implements WeightedLayer {
  readonly nodes: number;
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state = [];
  feedback: Floats | null = null;
  private readonly weights: Parameter;
  private readonly used: UsedWeights;
  private readonly bias: Parameter | null;
  private readonly geometry: KernelGeometry;
  /** Rows of the weight matrix: places under the window. */
  private readonly taps: number;
  private readonly partialGradients: readonly Floats[];
  private readonly inputBytes: number;
  private readonly outputBytes: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: DepthwiseConv2dLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    const { spec } = plan;
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    [this.weights] = this.parameters;
    this.bias = this.parameters.at(1) ?? null;
    this.geometry = kernelGeometry(machine, windowOn(plan.inputShapes[0], spec), spec.multiplier);
    this.nodes = this.geometry.channels * spec.multiplier;
    this.partialGradients = partialSums(machine, this.weights.gradient.length);
    this.taps = spec.kernel[0] * spec.kernel[1];
    const layout = { nodes: this.nodes, nodeStride: 1, size: this.taps, stride: this.nodes };
    this.used = new UsedWeights(machine, this.weights.values, spec.rounding, layout);
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
    this.inputBytes = sampleBytes(plan.inputShapes[0].reduce((n, d) => n * d, 1));
    this.outputBytes = sampleBytes(plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, nodes, geometry, output, used } = this;
    used.refresh();
    eachSample(machine, rows, (row) => {
      const y = output.address + row * this.outputBytes;
      const x = this.input.address + row * this.inputBytes;
      machine.kernels.depthwiseForward(x, used.values.address, y, geometry.address);
    });
    if (this.bias !== null) addRow(machine, output, this.bias.values, rows * geometry.places, nodes);
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, rows * this.plan.outputSize);
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, nodes, geometry, delta, weights } = this;
    const { kernels } = machine;
    const { activation } = this.plan.spec;
    const n = rows * this.plan.outputSize;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, n);
    if (this.bias !== null) columnSums(machine, delta, this.bias.gradient, rows * geometry.places, nodes, 1 / rows);
    sumOverSamples(machine, rows, weights.gradient, this.partialGradients, (row, dw, add) => {
      const x = this.input.address + row * this.inputBytes;
      const d = delta.address + row * this.outputBytes;
      kernels.depthwiseBackwardWeights(x, d, dw, geometry.address, 1 / rows, add ? 1 : 0);
    });
    if (target === null) return;
    if (!target.accumulate) clear(machine, target.delta, (rows * this.inputBytes) / 4);
    const back = (this.feedback ?? this.used.values).address;
    eachSample(machine, rows, (row) => {
      const dx = target.delta.address + row * this.inputBytes;
      kernels.depthwiseBackwardInput(delta.address + row * this.outputBytes, back, dx, geometry.address);
    });
  }

  sumWeights(sums: Floats): void {
    absColumnSums(this.machine, this.weights.values, sums, this.taps, this.nodes);
  }

  scaleGradients(factors: Floats): void {
    scaleColumns(this.machine, this.weights.gradient, factors, this.taps, this.nodes);
    if (this.bias !== null) scaleColumns(this.machine, this.bias.gradient, factors, 1, this.nodes);
  }
}
