import type * as Tfjs from '@tensorflow/tfjs';
import { argmax } from '../../../ir/accuracy.js';
import type { Shape } from '../../../ir/layer-rule.js';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import { elementCount } from '../../../ir/tensor.js';
import type { BatchResult, LayerModulation, LearningRule, Step, TrainingNetwork } from '../../engine.js';
import { initialFeedback, planFeedback } from '../../feedback.js';
import { initialParameters } from '../../initializers.js';
import type { Tensor, Tf } from './back-end.js';
import { clipped } from './clipped.js';
import { rowLosses } from './loss.js';
import { StepDraws } from './step-draws.js';
import { TfjsForward } from './tfjs-forward.js';
import { TfjsModulations } from './tfjs-modulations.js';
import { TfjsOptimizer } from './optimizer.js';

/** A plan's network in tfjs variables, in the plan's layouts. */
export class TfjsNetwork implements TrainingNetwork {
  readonly input: Float32Array;
  readonly labels: Int32Array;
  readonly rowWeights: Float32Array;
  readonly outputs: Float32Array;
  readonly draws: StepDraws;
  private readonly parameters: readonly Tfjs.Variable[];
  private readonly state: readonly Tfjs.Variable[];
  private readonly feedback: readonly Tfjs.Variable[];
  private readonly optimizer: TfjsOptimizer;
  private readonly forward: TfjsForward;
  private readonly modulation: TfjsModulations;

  constructor(
    private readonly tf: Tf,
    readonly plan: NetworkPlan,
    private readonly rule: LearningRule,
    readonly maxRows: number,
  ) {
    this.input = new Float32Array(maxRows * plan.inputSize);
    this.labels = new Int32Array(maxRows);
    this.rowWeights = new Float32Array(maxRows).fill(1);
    this.outputs = new Float32Array(maxRows * plan.layers[plan.output].outputSize);
    const shapes = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)];
    const learned = plan.layers.reduce((n, l) => n + l.parameters.length, 0);
    const arrays = initialParameters(plan, 'he_uniform', rule.seed);
    const variables = arrays.map((a, i) => variable(tf, a, shapes[i].shape));
    this.parameters = variables.slice(0, learned);
    this.state = variables.slice(learned);
    const feedback = initialFeedback(plan, rule.propagation, rule.seed);
    this.feedback = planFeedback(plan, rule.propagation).map(({ shape }, i) => variable(tf, feedback[i], shape));
    this.optimizer = new TfjsOptimizer(tf, this.parameters, rule.optimizer);
    this.draws = new StepDraws(plan, rule.seed);
    this.forward = new TfjsForward(tf, plan, rule, this.feedback);
    this.modulation = new TfjsModulations(tf, plan, rule);
  }

  step(step: Step): BatchResult {
    return this.scoped(() => {
      const { result, gradients } = this.learn(step);
      if (!Number.isFinite(result.loss)) return result;
      this.optimizer.step(clipped(this.tf, gradients, this.rule.clipNorm ?? null), step.learningRate);
      this.forward.updateStatistics(this.state);
      return result;
    });
  }

  gradients(step: Step): { readonly result: BatchResult; readonly gradients: readonly Float32Array[] } {
    return this.scoped(() => {
      const { result, gradients } = this.learn(step);
      return { result, gradients: gradients.map((g) => new Float32Array(g.dataSync())) };
    });
  }

  evaluate(rows: number): BatchResult {
    return this.scoped(() => {
      const x = this.batch(rows);
      const outputs = this.forward.run(
        x,
        this.optimizer.point(),
        this.state,
        this.draws.forEvaluation(rows),
        new Map(),
      );
      return this.result(rows, outputs, rowLosses(this.tf, this.rule.loss, outputs, this.target(rows, x)));
    });
  }

  /** Forward, factors, backward; in a tidy of the caller's. */
  private learn({ rows, step }: Step): { readonly result: BatchResult; readonly gradients: Tensor[] } {
    const { tf, rule } = this;
    const point = this.optimizer.point();
    const draws = this.draws.forStep(rows, step);
    if (step % rule.grapes.everySteps === 0) this.modulation.refresh(point, this.parameters, draws);
    const x = this.batch(rows);
    const errorFactors = this.modulation.errorFactors();
    const kept: { outputs: Tensor; losses: Tensor }[] = [];
    const { grads } = tf.engine().gradients(
      () => {
        const outputs = this.forward.run(x, point, this.state, draws, errorFactors);
        const losses = rowLosses(tf, rule.loss, outputs, this.target(rows, x));
        kept.push({ outputs: tf.keep(outputs.clone()), losses: tf.keep(losses.clone()) });
        return losses.sum().div<Tfjs.Scalar>(rows);
      },
      point,
      undefined,
      // A layer below a rate code gets no error.
      true,
    );
    const [{ outputs, losses }] = kept;
    const result = this.result(rows, outputs, losses);
    tf.dispose([outputs, losses]);
    // Without a path from the loss there is no entry, whatever the type says.
    const found = grads as (Tensor | null | undefined)[];
    const gradients = point.map((w, i) => found[i] ?? tf.zerosLike(w));
    return { result, gradients: this.modulation.scaleGradients(gradients) };
  }

  /** Frees every tensor that `f` makes; what comes out are plain values. */
  private scoped<T>(f: () => T): T {
    const results: T[] = [];
    this.tf.tidy(() => {
      results.push(f());
    });
    return results[0];
  }

  private batch(rows: number): Tensor {
    const values = this.input.slice(0, rows * this.plan.inputSize);
    return this.tf.tensor(values, [rows, ...this.plan.inputShape]);
  }

  private target(rows: number, input: Tensor): Parameters<typeof rowLosses>[3] {
    return { labels: this.labels.slice(0, rows), input, rowWeights: this.tf.tensor1d(this.rowWeights.slice(0, rows)) };
  }

  private result(rows: number, outputs: Tensor, losses: Tensor): BatchResult {
    this.outputs.set(outputs.dataSync());
    const size = this.outputs.length / this.maxRows;
    let loss = 0;
    for (const l of losses.dataSync()) loss += l;
    let correct = 0;
    for (let r = 0; r < rows && this.rule.loss === 'cross-entropy'; r++) {
      if (argmax(this.outputs.subarray(r * size, (r + 1) * size)) === this.labels[r]) correct++;
    }
    return { loss, correct };
  }

  readParameters(): Float32Array[] {
    return copies([...this.parameters, ...this.state]);
  }

  writeParameters(arrays: readonly Float32Array[]): void {
    this.write([...this.parameters, ...this.state], arrays);
  }

  readOptimizer(): Float32Array[] {
    return [...copies(this.optimizer.memory), ...this.modulation.kept.map((factors) => factors.slice())];
  }

  writeOptimizer(arrays: readonly Float32Array[]): void {
    const { memory } = this.optimizer;
    this.write(memory, arrays);
    this.modulation.kept.forEach((factors, i) => {
      factors.set(arrays[memory.length + i]);
    });
  }

  readFeedback(): Float32Array[] {
    return copies(this.feedback);
  }

  writeFeedback(arrays: readonly Float32Array[]): void {
    this.write(this.feedback, arrays);
  }

  private write(variables: readonly Tfjs.Variable[], arrays: readonly Float32Array[]): void {
    this.tf.tidy(() => {
      variables.forEach((v, i) => {
        if (arrays[i].length !== elementCount(v.shape)) throw new RangeError(`array ${String(i)} has a wrong length`);
        v.assign(this.tf.tensor(arrays[i].slice(), v.shape));
      });
    });
  }

  modulations(): readonly LayerModulation[] {
    return this.scoped(() => this.modulation.look(this.optimizer.point(), this.parameters));
  }

  firstNonFinite(): string | null {
    const names = this.plan.layers.flatMap((l) => l.parameters.map((p) => p.name));
    const bad = copies(this.parameters).findIndex((values) => !values.every((v) => Number.isFinite(v)));
    return bad < 0 ? null : names[bad];
  }

  dispose(): void {
    this.forward.release();
    this.tf.dispose([...this.parameters, ...this.state, ...this.feedback, ...this.optimizer.memory]);
  }
}

function variable(tf: Tf, values: Float32Array, shape: Shape): Tfjs.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), false));
}

function copies(variables: readonly Tfjs.Variable[]): Float32Array[] {
  return variables.map((v) => new Float32Array(v.dataSync()));
}
