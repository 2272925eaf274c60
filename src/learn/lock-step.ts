import type { Device, LabelledInput } from '../device/device.js';
import type { InstructionCounter } from '../device/instruction-count.js';
import type { LearnReference } from '../ir/learn/f32.js';
import type { LearnDivergence } from '../ir/report.js';
import type { FactorSpread } from '../ir/telemetry.js';
import { describeWord } from './divergence.js';
import { differingWords, type StateSpan } from './state-layout.js';

/** What one step said, on the device's side. */
export interface StepSeen {
  readonly step: number;
  readonly loss: number;
  readonly correct: boolean;
  readonly factors: readonly FactorSpread[];
}

export interface LockStepOptions {
  readonly layout: readonly StateSpan[];
  readonly steps: number;
  /** Sample of step 1, 2, ... */
  readonly sample: (step: number) => LabelledInput;
  readonly compareEverySteps: number;
  readonly counter: InstructionCounter;
  readonly onStep: (seen: StepSeen) => void;
  readonly signal?: AbortSignal;
}

export interface LockStepResult {
  readonly steps: number;
  readonly weightMismatches: number;
  readonly firstMismatchStep: number | null;
  readonly firstDivergence: LearnDivergence | null;
  readonly resultMismatches: number;
  readonly comparedSteps: number;
}

/**
 * Device and reference learn the same samples. The hash is compared after every step, the whole state every
 * `compareEverySteps` and at the end. At the first difference the stream stops: what follows from it tells nothing.
 * Both must stand at step 0.
 */
export class LockStep {
  private step = 0;
  private weightMismatches = 0;
  private firstMismatchStep: number | null = null;
  private firstDivergence: LearnDivergence | null = null;
  private resultMismatches = 0;
  private comparedSteps = 0;

  constructor(
    private readonly device: Device,
    private readonly reference: LearnReference,
    private readonly options: LockStepOptions,
  ) {}

  async run(): Promise<LockStepResult> {
    const { steps, compareEverySteps } = this.options;
    while (this.step < steps && this.firstMismatchStep === null) {
      const next = Math.min(steps, (Math.floor(this.step / compareEverySteps) + 1) * compareEverySteps);
      await this.stream(next - 1, false);
      // The last one goes alone: nothing arrives while it runs, so no receive interrupt is in its count.
      if (this.firstMismatchStep === null) await this.stream(next, true);
      await this.compareState();
    }
    if (this.firstMismatchStep !== null && this.firstMismatchStep < this.step) await this.pinpoint();
    return {
      steps: this.step,
      weightMismatches: this.weightMismatches,
      firstMismatchStep: this.firstMismatchStep,
      firstDivergence: this.firstDivergence,
      resultMismatches: this.resultMismatches,
      comparedSteps: this.comparedSteps,
    };
  }

  /** Learns up to and including step `last`; a wrong hash ends the stream, though what is on its way still lands. */
  private async stream(last: number, counted: boolean): Promise<void> {
    const sent: LabelledInput[] = [];
    const inputs = this.inputs(last, sent);
    for await (const seen of this.device.learn(inputs)) {
      const { input, label } = sent.shift()!;
      const expected = this.reference.step(input, label);
      this.step++;
      if (counted) this.options.counter.add(seen.ticks);
      const sameResult = Object.is(seen.loss, expected.loss) && seen.classIndex === expected.classIndex;
      if (!sameResult || !sameFactors(seen.factors, expected.factors)) this.resultMismatches++;
      if (seen.hash !== this.reference.hash()) this.firstMismatchStep ??= this.step;
      const correct = seen.classIndex === label;
      this.options.onStep({ step: this.step, loss: seen.loss, correct, factors: expected.factors });
    }
  }

  private *inputs(last: number, sent: LabelledInput[]): Generator<LabelledInput> {
    for (let step = this.step + 1; step <= last && this.firstMismatchStep === null; step++) {
      this.options.signal?.throwIfAborted();
      const sample = this.options.sample(step);
      sent.push(sample);
      yield sample;
    }
  }

  private async compareState(): Promise<void> {
    const expected = this.reference.stateBytes();
    const actual = await this.device.readLearnState();
    const { count, first } = differingWords(expected, actual);
    this.comparedSteps++;
    if (count > 0) {
      this.firstMismatchStep ??= this.step;
      this.firstDivergence = describeWord(this.options.layout, this.step, first, expected, actual);
    }
    // A wrong hash over equal weights is a wrong hash: it counts as one.
    this.weightMismatches += count === 0 && this.firstMismatchStep !== null ? 1 : count;
  }

  /**
   * The state was read some steps after the first wrong hash, because the stream keeps several samples on their way.
   * From the start again, exactly up to that step: if it goes wrong again, the word named is the first one.
   */
  private async pinpoint(): Promise<void> {
    const { device, reference, options } = this;
    const step = this.firstMismatchStep!;
    await device.resetLearning();
    reference.reset();
    const samples = Array.from({ length: step }, (_, i) => options.sample(i + 1));
    let at = 0;
    for await (const _ of device.learn(samples)) {
      options.signal?.throwIfAborted();
      reference.step(samples[at].input, samples[at].label);
      at++;
    }
    const expected = reference.stateBytes();
    const actual = await device.readLearnState();
    const { first } = differingWords(expected, actual);
    if (first >= 0) this.firstDivergence = describeWord(options.layout, step, first, expected, actual);
  }
}

function sameFactors(seen: readonly FactorSpread[], expected: readonly FactorSpread[]): boolean {
  const same = (a: FactorSpread, b: FactorSpread): boolean =>
    Object.is(a.min, b.min) && Object.is(a.mean, b.mean) && Object.is(a.max, b.max);
  return seen.length === expected.length && seen.every((factors, layer) => same(factors, expected[layer]));
}
