import type { Shape } from '../ir/layer-rule.js';
import type { ModelSpec } from '../ir/model-spec.js';

/** A float network that a file brought. */
export interface ImportedModel {
  readonly model: ModelSpec;
  /** What the file says of its input, without the batch axis. */
  readonly inputShape: Shape;
  /** In the order of `TrainingNetwork.readParameters`; null if the file brings no weights. */
  readonly parameters: readonly Float32Array[] | null;
}
