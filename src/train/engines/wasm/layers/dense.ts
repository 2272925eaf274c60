import type { DenseLayerSpec } from '../../../../ir/model-spec.js';
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
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';
import { UsedWeights } from './used-weights.js';

/** y = f(x Wᵀ + b) on batches of rows. */
export class DenseLayer implements WeightedLayer {
  readonly nodes: number;
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state = [];
  feedback: Floats | null = null;
  private readonly inputs: number;
  /** [out][in] */
  private readonly weights: Parameter;
  private readonly used: UsedWeights;
  private readonly bias: Parameter | null;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: DenseLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    [this.weights] = this.parameters;
    this.bias = this.parameters.at(1) ?? null;
    [this.nodes, this.inputs] = this.weights.planned.shape;
    const layout = { nodes: this.nodes, nodeStride: this.inputs, size: this.inputs, stride: 1 };
    this.used = new UsedWeights(machine, this.weights.values, plan.spec.rounding, layout);
    this.output = machine.floats(maxRows * this.nodes);
    this.delta = machine.floats(maxRows * this.nodes);
  }

  forward({ rows }: Pass): void {
    const { machine, nodes, output } = this;
    const { activation } = this.plan.spec;
    this.used.refresh();
    matmulTransposedB(machine, this.input, this.used.values, output, rows, nodes, this.inputs);
    if (this.bias !== null) addRow(machine, output, this.bias.values, rows, nodes);
    if (activation !== 'none') activate(machine, activation, output, rows * nodes);
  }

  backward({ rows, product }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, nodes, inputs, delta } = this;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * nodes);
    this.weights.product = product ? { rows, errors: delta, nodes, input: this.input, inputs } : null;
    if (!product) matmulTransposedA(machine, delta, this.input, this.weights.gradient, nodes, inputs, rows, 1 / rows);
    if (this.bias !== null) columnSums(machine, delta, this.bias.gradient, rows, nodes, 1 / rows);
    if (target === null) return;
    matmul(machine, delta, this.feedback ?? this.used.values, target.delta, rows, inputs, nodes, target.accumulate);
  }

  sumWeights(sums: Floats): void {
    absRowSums(this.machine, this.weights.values, sums, this.nodes, this.inputs);
  }

  scaleGradients(factors: Floats): void {
    scaleRows(this.machine, this.weights.gradient, factors, this.nodes, this.inputs);
    if (this.bias !== null) scaleRows(this.machine, this.bias.gradient, factors, this.nodes, 1);
  }
}
