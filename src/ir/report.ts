import type { Distribution } from './distribution.js';
import type { FactorSpread } from './telemetry.js';

/** Over the nodes of one hidden layer. */
export interface LayerSpread extends Distribution {
  readonly layer: string;
}

/** One line of metrics.jsonl. No wall time in it: the same run gives the same bytes. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly learningRate: number;
  readonly trainLoss: number;
  /** Null for reconstruction, which knows no classes. */
  readonly trainAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Modulation factors at the end of the epoch, one entry a hidden layer; empty with GRAPES off. */
  readonly factors: readonly LayerSpread[];
  /** What the factors come from: the responsibilities of the same nodes. */
  readonly responsibilities: readonly LayerSpread[];
}

/** counts[truth][predicted]. */
export type ConfusionMatrix = readonly (readonly number[])[];

export interface AccuracyReport {
  readonly samples: number;
  /** Fraction in [0, 1]. */
  readonly accuracy: number;
  readonly perClass: readonly number[];
  readonly confusion: ConfusionMatrix;
  /**
   * Of an anomaly detector: the probability that an anomaly's score is above a normal sample's, ties counting half.
   * Absent for classifiers, and where one of the two is missing.
   */
  readonly auc?: number;
}

export interface TrainReport {
  readonly schemaVersion: 1;
  readonly epochs: readonly EpochMetrics[];
  readonly stoppedEarly: boolean;
  readonly bestEpoch: number;
  readonly parameters: number;
  readonly macs: number;
  readonly test: AccuracyReport;
}

/** What the exact passes (src/optimize) took out of a quantized network: outputs are the same bytes. */
export interface OptimizeReport {
  readonly schemaVersion: 1;
  /** Passes that found something, in order. */
  readonly passes: readonly string[];
  readonly macs: { readonly before: number; readonly after: number };
  /** Bytes of weights, biases and tables. */
  readonly weightBytes: { readonly before: number; readonly after: number };
  /** Names of ops that need not run. */
  readonly removedOps: readonly string[];
  /** Ops whose output has fewer channels. */
  readonly removedChannels: readonly { readonly op: string; readonly before: number; readonly after: number }[];
  /** Absent: the ops have one order only, or none was looked for. */
  readonly order?: OrderReport;
}

/** What another order of the ops makes of the memory. */
export interface OrderReport {
  readonly schemaVersion: 1;
  /** The most that lives at one time, each op on whole tensors, and what no order goes below. */
  readonly liveBytes: { readonly before: number; readonly after: number; readonly bound: number };
  /** Of the planned arena, in the given order and in that which was taken; null: the given order was kept without a plan. */
  readonly arenaBytes: { readonly before: number; readonly after: number } | null;
}

export interface LayerQuantReport {
  readonly name: string;
  /** Signal-to-quantization-noise ratio of the layer's output against the float network, dB; null if noise-free. */
  readonly sqnrDb: number | null;
  /** Fraction of outputs whose float value lies beyond the int8 range by more than one step. */
  readonly saturation: number;
  readonly scale: number;
  readonly zeroPoint: number;
  /** Width of the output. */
  readonly output: 'int8' | 'int16';
  /** Width of the weights; null where there are none. */
  readonly weights: 'int8' | 'int4' | null;
  readonly floatBytes: number;
  /** Of the integers, whatever their width. */
  readonly int8Bytes: number;
}

/** What a quantized network is called by the widths of its layers: `int8`, `int4 weights`, `int16 activations`. */
export function widthsName(layers: readonly Pick<LayerQuantReport, 'output' | 'weights'>[]): string {
  const part = (these: number, all: number): string => (these === all ? '' : 'some ');
  const weighted = layers.filter(({ weights }) => weights !== null);
  const narrow = weighted.filter(({ weights }) => weights === 'int4').length;
  const wide = layers.filter(({ output }) => output === 'int16').length;
  const names = [
    ...(narrow > 0 ? [`${part(narrow, weighted.length)}int4 weights`] : []),
    ...(wide > 0 ? [`${part(wide, layers.length)}int16 activations`] : []),
  ];
  return names.length === 0 ? 'int8' : names.join(', ');
}

/** What a network gives with some of its numbers in int16. */
export interface MixedPrecision {
  /** Fraction of the samples whose class is right; null for networks without classes. */
  readonly accuracy: number | null;
  /** Of the network's output against the float network, dB; null if there is no noise. */
  readonly sqnrDb: number | null;
}

/** One part of a layer in int16, alone: its weights, or its output with the pools and reshapes of it. */
export interface SensitivityRow extends MixedPrecision {
  /** The op, or `input`. */
  readonly name: string;
  readonly part: 'weights' | 'activations';
  /** What int16 would cost here: bytes of constants for weights, of run-time memory for activations. */
  readonly bytes: number;
}

/** The weights of one layer in int4, alone: what quantize.layers.NAME.weightBits: 4 would save and cost. */
export interface Int4Row extends MixedPrecision {
  /** The op. */
  readonly name: string;
  /** Bytes of flash that int4 saves. */
  readonly savedBytes: number;
}

export interface LayerWidths {
  readonly activationBits?: 16;
  readonly weightBits?: 4 | 8;
}

/** Widths that a project can choose, simulated together. */
export interface PrecisionChoice extends MixedPrecision {
  /** What to write in grapes.yaml under `quantize`. */
  readonly quantize: LayerWidths & { readonly layers?: Readonly<Record<string, LayerWidths>> };
  /** Change of the constants. */
  readonly flashBytes: number;
  /** Change of the activations' bytes, all added up: the arena grows by less, for not all are live at once. */
  readonly ramBytes: number;
}

/** Which layer costs the accuracy, by simulation on calibration samples. */
export interface SensitivityReport {
  readonly samples: number;
  readonly float: MixedPrecision;
  readonly int8: MixedPrecision;
  /** In execution order. */
  readonly rows: readonly SensitivityRow[];
  /** Index in `rows` of the part that costs most; null where nothing gains. */
  readonly costliest: number | null;
  /** The costliest parts together: the first of them, the first two, … Indices in `rows`. */
  readonly mixed: readonly (MixedPrecision & { readonly rows: readonly number[]; readonly bytes: number })[];
  /** Layers whose weights are int8, in execution order. */
  readonly int4: readonly Int4Row[];
  /** All of them in int4; null where there is none. */
  readonly allInt4: Int4Row | null;
  /** int16 for the costliest activations and for all; int4 where it costs next to nothing and for all. */
  readonly choices: readonly PrecisionChoice[];
}

export interface QuantizeReport {
  readonly schemaVersion: 1;
  readonly float: AccuracyReport;
  readonly int8: AccuracyReport;
  /** With quantization-aware training: int8 as it would have been without. */
  readonly int8WithoutTraining?: AccuracyReport;
  readonly layers: readonly LayerQuantReport[];
  readonly sensitivity: SensitivityReport;
  readonly floatBytes: number;
  readonly int8Bytes: number;
}

/** Where device and reference first differ. */
export interface Divergence {
  readonly sample: number;
  readonly opIndex: number;
  readonly opName: string;
  readonly element: number;
  readonly expected: number;
  readonly actual: number;
}

/** An output byte that differs from the reference. */
export interface OutputMismatch {
  readonly sample: number;
  readonly element: number;
  readonly expected: number;
  readonly actual: number;
}

/** Instructions of samples or steps that had the device to themselves: no receive interrupt is in the count. */
export interface InstructionSpread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface VerifyReport {
  readonly schemaVersion: 1;
  readonly boardId: string;
  readonly samples: number;
  /** Output bytes that differ from the reference. */
  readonly mismatches: number;
  readonly mismatchedSamples: number;
  /** The first output byte that differs. */
  readonly firstMismatch: OutputMismatch | null;
  /**
   * The same sample run again op by op: where it leaves the reference. Null without a mismatch, and also when the
   * second run agrees with the reference, so that the fault does not repeat (memory or power, not arithmetic).
   */
  readonly firstDivergence: Divergence | null;
  /** Accuracies are null where the samples have no labels: an imported network on drawn inputs. */
  readonly float: AccuracyReport | null;
  readonly int8: AccuracyReport | null;
  readonly device: AccuracyReport | null;
  /** Instructions per inference, null where the board cannot count. */
  readonly instructions: InstructionSpread | null;
  readonly stackHighWaterBytes: number | null;
  readonly link: {
    readonly samplesPerSecond: number;
    readonly bytesPerSecond: number;
    readonly retransmissions: number;
    readonly lostFrames: number;
  };
  readonly verdict: 'pass' | 'fail';
}

/** A point of the learning curve: the device's own mean loss and accuracy over the last `window` stream samples. */
export interface LearnPoint {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Modulation factors at this step, one entry a hidden trained layer; empty with GRAPES off. */
  readonly factors: readonly FactorSpread[];
}

export type LearnStatePart = 'weights' | 'bias' | 'node_sums';

/** The first word of the learning state that differs between device and reference. */
export interface LearnDivergence {
  /** The step after which it differed, counted from 1. */
  readonly step: number;
  readonly opName: string;
  readonly part: LearnStatePart;
  /** Index within the part: row * inputs + column for weights, the row for bias and node sums. */
  readonly element: number;
  /** The float32 words as 8 hex digits, and their values as text (NaN and infinities survive JSON that way). */
  readonly expectedBits: string;
  readonly actualBits: string;
  readonly expected: string;
  readonly actual: string;
}

export interface LearnReport {
  readonly schemaVersion: 1;
  readonly boardId: string;
  readonly steps: number;
  /** Words of weights and sums that differed, over all full comparisons; steps whose hash alone differed count one. */
  readonly weightMismatches: number;
  readonly firstMismatchStep: number | null;
  readonly firstDivergence: LearnDivergence | null;
  /** Steps whose loss, class or factors differed from the reference in any bit. */
  readonly resultMismatches: number;
  /** Held-out and original samples, before and after, whose class differed from the reference's. */
  readonly predictMismatches: number;
  /** Steps at which the whole state was read back and compared; the hash is compared at every step. */
  readonly comparedSteps: number;
  /** On held-out samples of the changed world, by the device's float32/int8 mixture. */
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  /** On the unchanged test samples, after learning: what was forgotten. */
  readonly originalBefore: number;
  readonly originalAfter: number;
  /** The same four in full. */
  readonly accuracy: {
    readonly heldOutBefore: AccuracyReport;
    readonly heldOutAfter: AccuracyReport;
    readonly originalBefore: AccuracyReport;
    readonly originalAfter: AccuracyReport;
  };
  /** Samples behind one point of the curve. */
  readonly window: number;
  readonly stackHighWaterBytes: number | null;
  readonly instructions: InstructionSpread | null;
  readonly curve: readonly LearnPoint[];
  readonly factors: readonly FactorSpread[];
  readonly verdict: 'pass' | 'fail';
}
