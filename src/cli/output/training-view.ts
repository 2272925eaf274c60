import { distributionOf } from '../../ir/distribution.js';
import { Trend } from '../../monitor/trend.js';
import type { TrainHooks } from '../../train/trainer.js';
import type { TrainingState } from '../../train/training-state.js';
import { LiveArea } from '../../util/terminal/live-area.js';
import type { CommandContext } from '../command.js';
import { terminalPort, type CliIo } from '../io.js';
import { styleFor } from './style.js';
import { trainingPicture, type TrainingSnapshot } from './training-picture.js';

/** Who looks on while a network trains. */
export type TrainingWatcher = Pick<TrainHooks, 'progress' | 'onState' | 'onEpoch'>;

/** Points kept for a sparkline, at most. */
const TREND_POINTS = 240;
/** Before that, a guess of the time left says nothing. */
const MEASURED_MS = 1000;

/**
 * Trains under watch: as a live picture on standard error where that is a terminal, else as the lines of
 * `context.progress`. However `work` ends, the cursor comes back.
 */
export async function watched<T>(
  { io, globals, progress }: Pick<CommandContext, 'io' | 'globals' | 'progress'>,
  title: string,
  work: (watcher: TrainingWatcher) => Promise<T>,
): Promise<T> {
  // A dumb terminal cannot go back to a line.
  if (!io.stderr.isTTY || globals.quiet || io.env['TERM'] === 'dumb') return work({ progress });
  const view = new TrainingView(io, title);
  try {
    return await work(view.watcher);
  } finally {
    view.close();
  }
}

/** A training as a picture that is redrawn in place; notes scroll above it. */
export class TrainingView {
  readonly watcher: Required<TrainingWatcher>;
  private readonly area: LiveArea;
  private readonly lossTrend = new Trend(TREND_POINTS);
  private readonly accuracyTrend = new Trend(TREND_POINTS);
  private epochs: TrainingSnapshot['epochs'] = [];
  private latest: TrainingState | null = null;
  private factors: TrainingSnapshot['factors'] = [];
  private readonly begunAtMs: number;
  private seenAtMs = 0;
  /** Seen in the epochs before, from which a training is resumed. */
  private samplesBefore = 0;

  constructor(
    private readonly io: CliIo,
    private readonly title: string,
  ) {
    this.begunAtMs = io.now();
    const style = styleFor(io.stderr, io.env);
    const picture = (): string[] => {
      const snapshot = this.snapshot();
      return snapshot === null ? [] : trainingPicture(snapshot, io.stderr.columns, style);
    };
    this.area = new LiveArea(terminalPort(io.stderr, io), picture);
    this.watcher = {
      onState: (state) => {
        this.see(state);
      },
      onEpoch: (metrics) => (this.epochs = [...this.epochs, metrics]),
      progress: {
        // The states tell more.
        update: () => undefined,
        note: (text) => {
          this.area.above(style.dim(text));
        },
      },
    };
  }

  /** Leaves the last picture standing. */
  close(): void {
    this.area.close();
  }

  private see(state: TrainingState): void {
    this.seenAtMs = this.io.now();
    if (this.latest === null) this.samplesBefore = ((state.epoch - 1) * state.totalSamples) / state.epochs;
    this.latest = state;
    // Not when the picture is drawn: the network may be gone by then.
    this.factors = state.modulations().map((m) => ({ layer: m.layerName, spread: distributionOf(m.factors) }));
    this.lossTrend.add(state.recentLoss);
    if (state.recentAccuracy !== null) this.accuracyTrend.add(state.recentAccuracy);
    this.area.refresh();
  }

  private snapshot(): TrainingSnapshot | null {
    const { latest: state, title, epochs } = this;
    if (state === null) return null;
    const elapsedMs = this.seenAtMs - this.begunAtMs;
    const made = state.samples - this.samplesBefore;
    const isMeasured = elapsedMs >= MEASURED_MS && made > 0;
    return {
      title,
      state,
      epochs,
      lossTrend: this.lossTrend.values(),
      accuracyTrend: this.accuracyTrend.values(),
      factors: this.factors,
      elapsedMs,
      leftMs: isMeasured ? (elapsedMs * (state.totalSamples - state.samples)) / made : null,
      samplesPerSecond: isMeasured ? (made * 1000) / elapsedMs : null,
    };
  }
}
