import type { LearnPoint } from '../ir/report.js';
import type { FactorSpread } from '../ir/telemetry.js';
import type { StepSeen } from './lock-step.js';

/** Points of a learning curve, at most. */
const POINTS = 200;

/** Means over a sliding window of the stream, thinned to what a plot can show. */
export class Curve {
  /** Steps behind one point: a tenth of the stream, between 20 and 100. */
  readonly window: number;
  readonly points: LearnPoint[] = [];
  lastFactors: readonly FactorSpread[] = [];
  private readonly every: number;
  private readonly recent: StepSeen[] = [];

  constructor(private readonly steps: number) {
    this.window = Math.max(20, Math.min(100, Math.round(steps / 10)));
    this.every = Math.max(1, Math.ceil(steps / POINTS));
  }

  add(seen: StepSeen): void {
    this.recent.push(seen);
    if (this.recent.length > this.window) this.recent.shift();
    this.lastFactors = seen.factors;
    if (seen.step % this.every === 0 || seen.step === this.steps) {
      this.points.push({ step: seen.step, ...this.means(), factors: seen.factors });
    }
  }

  summary(): string {
    const { loss, accuracy } = this.means();
    return `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(0)} %`;
  }

  private means(): { loss: number; accuracy: number } {
    const { recent } = this;
    const loss = recent.reduce((sum, s) => sum + s.loss, 0) / recent.length;
    return { loss, accuracy: recent.reduce((n, s) => n + Number(s.correct), 0) / recent.length };
  }
}
