import type { Progress } from './progress.js';

/** How far long work has come: `done` of `total` units of what `label` says. */
export interface Step {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

/** Long work in one thread that halts after every small piece, so that others can show how far it is, or stop it. */
export type Steps<T> = Generator<Step, T, undefined>;

/** Works to the end, halting nowhere. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Between two turns of the event loop: often enough for a key press to be felt, seldom enough to cost nothing. */
const PAUSE_MS = 50;
/** What is done sooner is not told of. */
const QUICK_MS = 300;

export interface Pace {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/**
 * Works to the end, tells of every step as one of `what`, and lets the event loop in between, so that signals and timers come
 * through.
 * @throws The reason of the signal
 */
export async function paced<T>(what: string, steps: Steps<T>, { progress, signal, now }: Pace): Promise<T> {
  let label = '';
  let begunAt = now();
  let pausedAt = begunAt;
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    const step = next.value;
    const time = now();
    if (step.label !== label) {
      label = step.label;
      begunAt = pausedAt;
    }
    if (time - begunAt >= QUICK_MS) progress.update(`${what}: ${label}`, step.done, step.total);
    if (time - pausedAt < PAUSE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    pausedAt = now();
  }
}
