import type { Board } from '../boards/descriptor.js';
import type { ImageSizes } from '../ir/firmware-image.js';
import type { LearnSpec } from '../ir/learn-spec.js';
import type { MemoryPlan } from '../ir/memory-plan.js';
import type { GrapesMode } from '../ir/model-spec.js';
import type { DriftSpec } from '../ir/options.js';
import type { LearnReport, OptimizeReport, QuantizeReport, TrainReport, VerifyReport } from '../ir/report.js';
import type { Rounding } from '../ir/requantize.js';

/** The same samples in the old world and in the new one, as grey pictures. */
export interface Pictures {
  readonly width: number;
  readonly height: number;
  readonly names: readonly string[];
  readonly before: readonly Uint8Array[];
  readonly after: readonly Uint8Array[];
}

/** Everything that a report may show. What was not run is null and leaves its section out. */
export interface ReportData {
  readonly title: string;
  readonly toolVersion: string;
  readonly board: Board;
  readonly classNames: readonly string[];
  /** Units of each layer, input first: [196, 32, 16, 10]. */
  readonly layerSizes: readonly number[];
  /** How GRAPES was used in training on the host. */
  readonly trainGrapes: GrapesMode;
  readonly train: TrainReport | null;
  readonly quantize: QuantizeReport | null;
  /** The quantized network before the exact passes: how many ops, and how they round. */
  readonly network: { readonly ops: number; readonly rounding: Rounding } | null;
  /** What the exact passes took out of it. */
  readonly optimize: OptimizeReport | null;
  readonly plan: MemoryPlan | null;
  /** Of the firmware, or of a trial build. */
  readonly sizes: ImageSizes | null;
  readonly verify: VerifyReport | null;
  readonly learnSpec: LearnSpec | null;
  readonly drift: DriftSpec | null;
  readonly learn: LearnReport | null;
  readonly pictures: Pictures | null;
  /** A sentence worth telling, such as why another board was used; empty when there is none. */
  readonly notes: readonly string[];
  /** Seeds, digests, compiler: what makes the run repeatable. */
  readonly provenance: readonly { readonly name: string; readonly value: string }[];
}

/** `fail` when anything that was run failed, null where nothing was. */
export function verdictOf(data: ReportData): 'pass' | 'fail' | null {
  if (data.verify === null && data.learn === null) return null;
  return data.verify?.verdict === 'fail' || data.learn?.verdict === 'fail' ? 'fail' : 'pass';
}
