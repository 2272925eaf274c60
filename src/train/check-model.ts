import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';

/** Throws TRAIN_MODEL_MISMATCH if this network cannot be trained on this dataset. */
export function checkModel(dataset: Dataset, plan: NetworkPlan, { loss }: Pick<TrainOptions, 'loss'>): void {
  const fail = (message: string, context: Record<string, string | number>): never => {
    throw new ToolError('TRAIN_MODEL_MISMATCH', message, { context: { dataset: dataset.name, ...context } });
  };
  const { name, spec, outputSize } = plan.layers[plan.output];
  const activation =
    'activation' in spec && spec.type !== 'snu' && spec.type !== 'simple_rnn' ? spec.activation : 'none';
  const wanted = loss === 'reconstruction' ? plan.inputSize : dataset.classNames.length;
  if (outputSize !== wanted) {
    const reason =
      loss === 'reconstruction'
        ? `a sample of '${dataset.name}' has ${String(wanted)} values`
        : `'${dataset.name}' has ${String(wanted)} classes`;
    fail(`The last layer, '${name}', gives ${String(outputSize)} values, but ${reason}.`, {
      units: outputSize,
      wanted,
    });
  }
  if (activation !== 'none' || spec.type === 'dropout') {
    const what = spec.type === 'dropout' ? 'dropout' : `activation '${activation}'`;
    fail(`The last layer, '${name}', gives logits: it has no activation and no dropout, not ${what}.`, { activation });
  }
}
