import type { LearnSpec } from '../ir/learn-spec.js';
import type { ModelSpec } from '../ir/model-spec.js';
import type {
  BudgetOptions,
  DataSource,
  LearnRunOptions,
  QuantizeOptions,
  TrainOptions,
  VerifyOptions,
} from '../ir/options.js';

/** The `learn:` section, split by who reads it: the exporter takes `spec`, the learning session takes `run`. */
export interface LearnConfig {
  readonly spec: LearnSpec;
  readonly run: LearnRunOptions;
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
  readonly train: TrainOptions;
  readonly quantize: QuantizeOptions;
  /** Null: the device only infers. */
  readonly learn: LearnConfig | null;
  readonly verify: VerifyOptions;
  readonly budget: BudgetOptions;
}
