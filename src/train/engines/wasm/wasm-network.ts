import { NETWORK_INPUT, type NetworkPlan } from '../../../ir/network-plan.js';
import type { BatchResult, LayerModulation, LearningRule, Step, TrainingNetwork } from '../../engine.js';
import { ErrorFeedback } from './error-feedback.js';
import { GradientClip } from './gradient-clip.js';
import { createLayer, type LayerInput } from './layers/create-layer.js';
import { isWeighted, type ErrorTarget, type Layer, type Pass, type WeightedLayer } from './layers/layer.js';
import type { Loss, LossArrays } from './losses/loss.js';
import { Reconstruction } from './losses/reconstruction.js';
import { SoftmaxCrossEntropy } from './losses/softmax-cross-entropy.js';
import type { Floats, Ints, Machine } from './machine.js';
import { Modulation } from './modulation.js';
import { checkReferenceVariant, ReferenceModulation } from './reference-modulation.js';
import { createOptimizer } from './optimizers/create-optimizer.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { KeptState, Parameter } from './parameter.js';

/** A plan's network as layers in a machine's memory, stepped by kernels. Nothing is allocated in a step. */
export class WasmNetwork implements TrainingNetwork {
  readonly layers: readonly Layer[];
  readonly optimizer: Optimizer;
  private readonly clip: GradientClip | null;
  readonly loss: Loss;
  readonly modulated: readonly Modulation[];
  private readonly feedback: ErrorFeedback;
  /** A step's gradients may be left as `Parameter.product`. */
  private readonly leavesProducts: boolean;
  private readonly parameters: readonly Parameter[];
  private readonly state: readonly KeptState[];
  /** Of each layer, one an input. */
  private readonly targets: readonly (readonly (ErrorTarget | null)[])[];
  private readonly inputs: Floats;
  private readonly classes: Ints;
  private readonly weightsOfRows: Floats;

  constructor(
    private readonly machine: Machine,
    readonly plan: NetworkPlan,
    private readonly rule: LearningRule,
    readonly maxRows: number,
  ) {
    this.inputs = machine.floats(maxRows * plan.inputSize);
    this.classes = machine.ints(maxRows);
    this.weightsOfRows = machine.floats(maxRows);
    this.weightsOfRows.values.fill(1);
    const layers: Layer[] = [];
    const input: LayerInput = { output: this.inputs, delta: null };
    for (const planned of plan.layers) {
      const inputs = planned.inputs.map((i) => (i === NETWORK_INPUT ? input : layers[i]));
      layers.push(createLayer(machine, planned, inputs, maxRows));
    }
    this.layers = layers;
    this.feedback = new ErrorFeedback(machine, plan, layers, rule.propagation, rule.seed);
    this.targets = errorTargets(plan, layers, this.feedback);
    this.loss = this.createLoss();
    this.parameters = layers.flatMap((layer) => layer.parameters);
    this.state = layers.flatMap((layer) => layer.state);
    this.modulated = rule.grapes.mode === 'off' ? [] : this.createModulations();
    this.optimizer = createOptimizer(machine, this.parameters, rule.optimizer);
    const { clipNorm = null } = rule;
    this.clip = clipNorm === null ? null : new GradientClip(machine, this.parameters, clipNorm);
    const isTouched = this.clip !== null || this.modulated.some((m) => m.touchesGradients);
    this.leavesProducts = this.optimizer.takesProducts === true && !isTouched;
  }

  private createLoss(): Loss {
    const { output, delta } = this.top;
    const { inputs: input, classes: labels, weightsOfRows: rowWeights, machine } = this;
    const arrays: LossArrays = { output, delta, input, labels, rowWeights };
    const values = this.plan.layers[this.plan.output].outputSize;
    if (this.rule.loss === 'reconstruction') return new Reconstruction(machine, arrays, values);
    return new SoftmaxCrossEntropy(machine, arrays, values, this.maxRows);
  }

  private createModulations(): Modulation[] {
    if (this.rule.grapes.variant === 'reference') return this.createReferenceModulations();
    return this.plan.hidden.flatMap((hidden) => {
      const layer = this.layers[hidden.layer];
      if (!isWeighted(layer)) return [];
      return [new Modulation(this.machine, layer, hidden, this.plan.layers[hidden.anchor], this.rule.grapes)];
    });
  }

  private createReferenceModulations(): Modulation[] {
    checkReferenceVariant(this.plan);
    const plainOf = ({ parameters: [weights] }: WeightedLayer): Floats =>
      this.optimizer.plainWeights?.[this.parameters.indexOf(weights)] ?? weights.values;
    const all: ReferenceModulation[] = [];
    this.plan.hidden.forEach((hidden, place) => {
      const layer = this.layers[hidden.layer];
      if (!isWeighted(layer)) return;
      all.push(new ReferenceModulation(this.machine, layer, place, this, this.rule, all, plainOf));
    });
    return all;
  }

  get input(): Float32Array {
    return this.inputs.values;
  }

  get labels(): Int32Array {
    return this.classes.values;
  }

  get rowWeights(): Float32Array {
    return this.weightsOfRows.values;
  }

  get outputs(): Float32Array {
    return this.top.output.values;
  }

  private get top(): Layer {
    return this.layers[this.plan.output];
  }

  step(step: Step): BatchResult {
    const result = this.learn(step, this.leavesProducts);
    // What made it so is still to be seen, before an update would spread it everywhere.
    if (!Number.isFinite(result.loss)) return result;
    this.clip?.apply();
    this.optimizer.step(step.learningRate);
    return result;
  }

  gradients(step: Step): { readonly result: BatchResult; readonly gradients: readonly Float32Array[] } {
    // Looking at gradients leaves no trace in the moving statistics.
    const kept = this.state.map((s) => s.values.values.slice());
    this.machine.team.barrier();
    const result = this.learn(step, false);
    this.state.forEach((s, i) => {
      s.values.values.set(kept[i]);
    });
    return { result, gradients: this.parameters.map((p) => p.read(p.gradient)) };
  }

  evaluate(rows: number): BatchResult {
    return this.forward({ rows, training: false, seed: this.rule.seed, step: 0, product: false });
  }

  /** Forward with the factors, backward. */
  private learn({ rows, step }: Step, product: boolean): BatchResult {
    const pass = { rows, training: true, seed: this.rule.seed, step, product };
    const result = this.forward(pass, step % this.rule.grapes.everySteps === 0);
    if (!Number.isFinite(result.loss)) return result;
    this.backward(pass);
    return result;
  }

  private forward(pass: Pass, refreshes = false): BatchResult {
    for (let l = 0; l < this.layers.length; l++) {
      this.layers[l].forward(pass);
      if (refreshes) for (const m of this.modulated) if (m.refreshAfter === l) m.refresh();
    }
    return this.loss.evaluate(pass.rows);
  }

  /** Mean gradients of the batch that `forward` has just seen, modulated by the factors as they stand. */
  private backward(pass: Pass): void {
    this.feedback.project(this.top.delta, pass.rows);
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const layer = this.layers[l];
      for (const m of this.modulated) if (m.hidden.anchor === l) m.modulateError(layer.delta, pass.rows);
      layer.backward(pass, this.targets[l]);
      for (const m of this.modulated) if (m.hidden.layer === l) m.modulateGradients();
    }
  }

  readParameters(): Float32Array[] {
    const { plainWeights } = this.optimizer;
    const learned = this.parameters.map((p, i) => p.read(plainWeights?.[i] ?? p.values));
    return [...learned, ...this.state.map((s) => s.values.values.slice())];
  }

  writeParameters(arrays: readonly Float32Array[]): void {
    const { length } = this.parameters;
    const { plainWeights } = this.optimizer;
    this.parameters.forEach((p, i) => {
      p.write(plainWeights?.[i] ?? p.values, arrays[i]);
    });
    this.optimizer.restored?.();
    this.state.forEach((s, i) => {
      s.values.values.set(arrays[length + i]);
    });
  }

  readOptimizer(): Float32Array[] {
    return this.learningState.map((s) => s.values.slice());
  }

  writeOptimizer(arrays: readonly Float32Array[]): void {
    this.learningState.forEach((s, i) => {
      s.values.set(arrays[i]);
    });
    this.optimizer.restored?.();
  }

  /** The optimizer's memory, and factors that stay in force for more than a step. */
  private get learningState(): readonly Floats[] {
    const kept = this.rule.grapes.everySteps > 1 ? this.modulated.map(({ factors }) => factors) : [];
    return [...this.optimizer.state, ...kept];
  }

  readFeedback(): Float32Array[] {
    return this.feedback.read();
  }

  writeFeedback(arrays: readonly Float32Array[]): void {
    this.feedback.write(arrays);
  }

  modulations(): readonly LayerModulation[] {
    return this.modulated.map((modulation) => modulation.look());
  }

  firstNonFinite(): string | null {
    for (const { plan, parameters, output } of this.layers) {
      const bad = parameters.find(({ values }) => !isFinite(values));
      if (bad !== undefined) return bad.planned.name;
      if (!isFinite(output)) return `${plan.name}_output`;
    }
    return null;
  }

  dispose(): void {
    // One thread: the memory goes with the last reference.
  }
}

function isFinite({ values }: Floats): boolean {
  return values.every((v) => Number.isFinite(v));
}

/** The first layer to write an input's error overwrites it, the others add; layers run from the last to the first. */
function errorTargets(plan: NetworkPlan, layers: readonly Layer[], feedback: ErrorFeedback): (ErrorTarget | null)[][] {
  const written = new Set<Floats>();
  const targets: (ErrorTarget | null)[][] = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    targets[l] = plan.layers[l].inputs.map((i) => {
      if (!feedback.isWanted(i)) return null;
      const { delta } = layers[i];
      // A layer that shares its input's memory (a reshape) has nothing to send.
      if (delta === layers[l].delta) return null;
      const accumulate = written.has(delta);
      written.add(delta);
      return { delta, accumulate };
    });
  }
  return targets;
}
