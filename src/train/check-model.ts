import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { ModelSpec } from '../ir/model-spec.js';

/** Throws TRAIN_MODEL_MISMATCH if this model cannot be trained on this dataset. */
export function checkModel(dataset: Dataset, model: ModelSpec): void {
  const fail = (message: string, context: Record<string, string | number>): never => {
    throw new ToolError('TRAIN_MODEL_MISMATCH', message, { context });
  };
  const classes = dataset.classNames.length;
  if (model.layers.length === 0) fail('The model has no layers.', { layers: 0 });
  const last = model.layers.length - 1;
  const { units, activation, dropout } = model.layers[last];
  if (units !== classes) {
    const message = `The last layer has ${String(units)} units, but '${dataset.name}' has ${String(classes)} classes.`;
    fail(message, { units, classes, dataset: dataset.name });
  }
  if (activation !== 'none' || dropout !== 0) {
    const message = `The last layer gives logits: it has no activation and no dropout, not '${activation}' and ${String(dropout)}.`;
    fail(message, { activation, dropout });
  }
}
