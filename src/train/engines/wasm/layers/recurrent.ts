import type { GruLayerSpec, SimpleRnnLayerSpec, SnuLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { addRow, columnSums, matmul, matmulTransposedA, matmulTransposedB } from '../arithmetic/matrix.js';
import {
  addressIn,
  gateGradients,
  gateSums,
  scaleGates,
  someSamples,
  transpose,
  type Samples,
} from '../arithmetic/recurrent.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type Parameter } from '../parameter.js';
import type { ErrorTarget, Pass, WeightedLayer } from './layer.js';

/** The first one of some gates, and how many they are. */
type Gates = readonly [gate: number, gates: number];

type RecurrentSpec = SimpleRnnLayerSpec | GruLayerSpec | SnuLayerSpec;

/**
 * A layer with a time axis: what a unit gives on at a step depends on what the layer gave on at the step before, which is
 * zero at the first. Weights W x of all steps are one product; then `stepForward` runs over time, `stepBackward` back
 * (back-propagation through time, hand-written), and what has gathered becomes gradients in one product again.
 *
 * Arrays are [rows][steps][…], so that sequences come in and go out as the plan has them, and one step of all samples is
 * a matrix with rows far apart.
 */
export abstract class RecurrentLayer<S extends RecurrentSpec> implements WeightedLayer {
  readonly nodes: number;
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state = [];
  feedback: Floats | null = null;
  protected readonly steps: number;
  protected readonly features: number;
  /** Rows of the weights: gates · units. */
  protected readonly width: number;
  /** [width][features] */
  protected readonly weights: Parameter;
  /** [width][units] */
  protected readonly recurrent: Parameter | null;
  /** [width] */
  protected readonly bias: Parameter | null;
  /** [units][width]: the recurrent weights as they are read on the way forward. */
  private readonly transposed: Floats | null;
  /** [rows][steps][width]: W x, then what becomes of it, on the way back ∂loss/∂(W x). */
  protected readonly sums: Floats;
  /** [rows][steps][units]: what each step gives on, and the same a step later, beginning with zeros. */
  protected readonly states: Floats;
  protected readonly previous: Floats;
  /** [rows][units]: on the way back, ∂loss/∂ what the step gives on. */
  protected readonly carry: Floats;

  /** @param gates rows of weights that a unit has */
  constructor(
    protected readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: S },
    private readonly input: Floats,
    protected readonly maxRows: number,
    protected readonly gates: number,
  ) {
    const { units, output } = plan.spec;
    this.nodes = units;
    [this.steps, this.features] = plan.inputShapes[0];
    this.width = gates * units;
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    const ofPart = (part: string): Parameter | null => this.parameters.find((p) => p.planned.part === part) ?? null;
    [this.weights] = this.parameters;
    this.recurrent = ofPart('recurrent_weights');
    this.bias = ofPart('bias');
    this.transposed = this.recurrent && machine.floats(units * this.width);
    this.sums = machine.floats(maxRows * this.steps * this.width);
    this.states = machine.floats(maxRows * this.steps * units);
    this.previous = machine.floats(maxRows * this.steps * units);
    this.carry = machine.floats(maxRows * units);
    this.output = output === 'sequence' ? this.states : machine.floats(maxRows * units);
    this.delta = machine.floats(maxRows * plan.outputSize);
  }

  /** From `sums` and `previous` of step t to `states` of step t and `previous` of step t + 1. */
  protected abstract stepForward(t: number, samples: Samples): void;

  /** From `carry`, the error of step t's states, to the errors of `sums` in their place and, in `carry`, of `previous`. */
  protected abstract stepBackward(t: number, samples: Samples): void;

  /** Gradient of the recurrent weights, from the errors of `sums`. */
  protected recurrentGradient(weights: Parameter, rows: number): void {
    const size = [0, this.width, this.nodes, rows * this.steps] as const;
    gateGradients(this.machine, this.sums, this.width, this.previous, weights.gradient, size, 1 / rows);
  }

  /** Where the bias is added and whence its gradient comes; a spiking unit has it elsewhere. */
  protected get biasErrors(): Floats {
    return this.sums;
  }

  forward({ rows }: Pass): void {
    const { machine, steps, width, nodes } = this;
    const { output } = this.plan.spec;
    matmulTransposedB(machine, this.input, this.weights.values, this.sums, rows * steps, width, this.features);
    if (this.bias !== null && this.biasErrors === this.sums) {
      addRow(machine, this.sums, this.bias.values, rows * steps, width);
    }
    if (this.recurrent !== null) transpose(machine, this.recurrent.values, width, nodes, this.transposed!);
    someSamples(machine, rows, (samples) => {
      for (let t = 0; t < steps; t++) this.stepForward(t, samples);
      if (output !== 'sequence') this.gatherOutput(samples);
    });
  }

  /** The last state, or the mean of all. */
  private gatherOutput([from, count]: Samples): void {
    const { steps, nodes } = this;
    const isMean = this.plan.spec.output === 'mean';
    const y = addressIn(this.output, from * nodes);
    this.clearRows(this.output, [from, count]);
    for (let t = isMean ? 0 : steps - 1; t < steps; t++) {
      const state = this.at(this.states, t, from);
      this.machine.kernels.addScaledRows(y, nodes, state, steps * nodes, count, nodes, isMean ? 1 / steps : 1);
    }
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, steps, width, features, weights, sums } = this;
    const positions = rows * steps;
    someSamples(machine, rows, (samples) => {
      this.clearRows(this.carry, samples);
      for (let t = steps - 1; t >= 0; t--) {
        this.addOutputError(t, samples);
        this.stepBackward(t, samples);
      }
    });
    matmulTransposedA(machine, sums, this.input, weights.gradient, width, features, positions, 1 / rows);
    if (this.recurrent !== null) this.recurrentGradient(this.recurrent, rows);
    if (this.bias !== null) columnSums(machine, this.biasErrors, this.bias.gradient, positions, width, 1 / rows);
    if (target === null) return;
    const back = this.feedback ?? weights.values;
    matmul(machine, sums, back, target.delta, positions, features, width, target.accumulate);
  }

  sumWeights(sums: Floats): void {
    const incoming = this.recurrent === null ? [this.weights] : [this.weights, this.recurrent];
    const arrays = incoming.map(({ values }) => values);
    gateSums(this.machine, arrays, [this.features, this.nodes], this.gates, sums);
  }

  scaleGradients(factors: Floats): void {
    for (const { gradient, planned } of this.parameters) {
      scaleGates(this.machine, gradient, factors, this.gates, planned.shape.at(1) ?? 1);
    }
  }

  /** Address of step t of a sample in an array [rows][steps][units]. */
  protected at(array: Floats, t: number, sample: number): number {
    return addressIn(array, (sample * this.steps + t) * this.nodes);
  }

  /** The same in `sums`, at the gates from `gate` on. */
  protected sumsAt(t: number, sample: number, gate = 0): number {
    return addressIn(this.sums, (sample * this.steps + t) * this.width + gate * this.nodes);
  }

  protected carryAt(sample: number): number {
    return addressIn(this.carry, sample * this.nodes);
  }

  /** `sums` of step t += U x for `count` gates from `gate` on; x is an array [rows][steps][units]. */
  protected addRecurrent(x: Floats, t: number, [from, count]: Samples, [gate, gates]: Gates = [0, this.gates]): void {
    // Everything is zero before the first step.
    if (this.transposed === null || t === 0) return;
    const { steps, width, nodes } = this;
    const u = addressIn(this.transposed, gate * nodes);
    const sums = this.sumsAt(t, from, gate);
    const n = gates * nodes;
    this.machine.kernels.gemm(
      this.at(x, t, from),
      steps * nodes,
      1,
      u,
      width,
      sums,
      steps * width,
      count,
      n,
      nodes,
      1,
      1,
    );
  }

  /** Zeros in [rows][units]. */
  protected clearRows(array: Floats, [from, count]: Samples): void {
    array.values.fill(0, from * this.nodes, (from + count) * this.nodes);
  }

  /** errors += (errors of `sums` of step t) U, for some gates; `errors` is the address of [count][units]. */
  protected sendBack(errors: number, t: number, [from, count]: Samples, [gate, gates]: Gates = [0, this.gates]): void {
    if (this.recurrent === null || t === 0) return;
    const { steps, width, nodes } = this;
    const u = addressIn(this.recurrent.values, gate * nodes * nodes);
    const sums = this.sumsAt(t, from, gate);
    const k = gates * nodes;
    this.machine.kernels.gemm(sums, steps * width, 1, u, nodes, errors, nodes, count, nodes, k, 1, 1);
  }

  /** `carry` += ∂loss/∂ what the layer itself has given on at step t. */
  private addOutputError(t: number, [from, count]: Samples): void {
    const { steps, nodes, delta } = this;
    const { kernels } = this.machine;
    const carry = this.carryAt(from);
    switch (this.plan.spec.output) {
      case 'sequence':
        kernels.addScaledRows(carry, nodes, this.at(delta, t, from), steps * nodes, count, nodes, 1);
        break;
      case 'last':
        if (t === steps - 1)
          kernels.addScaledRows(carry, nodes, addressIn(delta, from * nodes), nodes, count, nodes, 1);
        break;
      case 'mean':
        kernels.addScaledRows(carry, nodes, addressIn(delta, from * nodes), nodes, count, nodes, 1 / steps);
        break;
    }
  }
}
