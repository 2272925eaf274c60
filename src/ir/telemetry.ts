/** Modulation factors of one hidden layer at one learning step. */
export interface FactorSpread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** One line of a recording (`monitor --record FILE.jsonl`). `atMs` is host time since the recording began. */
export type TelemetryEvent =
  | {
      readonly type: 'step';
      readonly atMs: number;
      /** Learning steps since the weights were initialised. */
      readonly step: number;
      readonly loss: number;
      /** Did the device's own prediction, before the update, match the label? */
      readonly correct: boolean;
      readonly ticks: number;
      readonly layers: readonly FactorSpread[];
    }
  | { readonly type: 'text'; readonly atMs: number; readonly line: string }
  | { readonly type: 'link'; readonly atMs: number; readonly lostFrames: number; readonly badFrames: number }
  | { readonly type: 'state'; readonly atMs: number; readonly state: 'connected' | 'disconnected' | 'reset' };
