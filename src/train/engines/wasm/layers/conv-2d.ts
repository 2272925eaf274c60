import type { Conv2dLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { windowOn } from '../../../../ir/ops/image-shape.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import { absRowSums, addRow, columnSums, scaleRows } from '../arithmetic/matrix.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import type { Convolution } from './convolutions/convolution.js';
import { createConvolution } from './convolutions/create-convolution.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';
import { UsedWeights } from './used-weights.js';

/** y = f(x ∗ w + b), filters [filters][height][width][channels]. How it is computed: convolutions/. */
export class Conv2dLayer implements WeightedLayer {
  readonly nodes: number;
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state = [];
  feedback: Floats | null = null;
  private readonly weights: Parameter;
  private readonly used: UsedWeights;
  private readonly bias: Parameter | null;
  private readonly convolution: Convolution;
  private readonly places: number;
  /** Weights of a filter. */
  private readonly filterSize: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: Conv2dLayerSpec },
    input: Floats,
    maxRows: number,
  ) {
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    [this.weights] = this.parameters;
    this.bias = this.parameters.at(1) ?? null;
    this.nodes = plan.spec.filters;
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
    this.places = plan.outputSize / this.nodes;
    this.filterSize = this.weights.values.length / this.nodes;
    const layout = { nodes: this.nodes, nodeStride: this.filterSize, size: this.filterSize, stride: 1 };
    this.used = new UsedWeights(machine, this.weights.values, plan.spec.rounding, layout);
    this.convolution = createConvolution(machine, {
      window: windowOn(plan.inputShapes[0], plan.spec),
      filters: this.nodes,
      input,
      output: this.output,
      delta: this.delta,
      weights: this.used.values,
      gradient: this.weights.gradient,
    });
  }

  forward({ rows }: Pass): void {
    const { machine, output } = this;
    this.used.refresh();
    this.convolution.forward(rows);
    if (this.bias !== null) addRow(machine, output, this.bias.values, rows * this.places, this.nodes);
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, rows * this.plan.outputSize);
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, delta } = this;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * this.plan.outputSize);
    if (this.bias !== null) {
      columnSums(machine, delta, this.bias.gradient, rows * this.places, this.nodes, 1 / rows);
    }
    this.convolution.takeGradients(rows);
    if (target !== null) this.convolution.sendDown(rows, this.feedback ?? this.used.values, target);
  }

  sumWeights(sums: Floats): void {
    absRowSums(this.machine, this.weights.values, sums, this.nodes, this.filterSize);
  }

  scaleGradients(factors: Floats): void {
    scaleRows(this.machine, this.weights.gradient, factors, this.nodes, this.filterSize);
    if (this.bias !== null) scaleRows(this.machine, this.bias.gradient, factors, this.nodes, 1);
  }
}
