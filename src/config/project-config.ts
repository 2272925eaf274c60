import type { LearnSpec } from '../ir/learn-spec.js';
import type { ModelSpec } from '../ir/model-spec.js';
import type {
  BudgetOptions,
  DataSource,
  LearnRunOptions,
  QuantizeOptions,
  TrainOptions,
  ExportProjectOptions,
  VerifyOptions,
} from '../ir/options.js';

/** The `learn:` section, split by who reads it: the exporter takes `spec`, the learning session takes `run`. */
export interface LearnConfig {
  readonly spec: LearnSpec;
  readonly run: LearnRunOptions;
}

export interface ModelFile {
  /** As written, relative to the project folder. */
  readonly path: string;
  /** Begin with its weights. */
  readonly weights: boolean;
}

/** grapes.yaml with every default filled in. */
export interface ProjectConfig {
  readonly schemaVersion: 1;
  /** snake_case C identifier: prefix of generated symbols and of the run folder. */
  readonly name: string;
  readonly seed: number;
  /** Board id. */
  readonly board: string;
  readonly data: DataSource;
  readonly model: ModelSpec;
  /** The layers model that `model` was read from; null: its layers stand in grapes.yaml. */
  readonly modelFile: ModelFile | null;
  /** The .tflite file whose integers are the network; then `model` has no layers and nothing is trained. */
  readonly imported: string | null;
  readonly train: TrainOptions;
  readonly quantize: QuantizeOptions;
  /** Null: the device only infers. */
  readonly learn: LearnConfig | null;
  readonly export: ExportProjectOptions;
  readonly verify: VerifyOptions;
  readonly budget: BudgetOptions;
}
