import { ToolError } from '../../errors/tool-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { Experiment } from '../experiment.js';
import { CONTINUAL } from './continual.js';
import { CONV } from './conv.js';
import { DEPTH } from './depth.js';
import { FEEDBACK } from './feedback.js';
import { NARROW } from './narrow.js';
import { NODE_WISE } from './node-wise.js';
import { FASHION_MNIST, MNIST } from './pictures.js';
import { RECURRENT } from './recurrent.js';
import { SPIKING } from './spiking.js';

export const EXPERIMENTS: readonly Experiment[] = [
  MNIST,
  FASHION_MNIST,
  DEPTH,
  FEEDBACK,
  NARROW,
  CONV,
  RECURRENT,
  SPIKING,
  CONTINUAL,
  NODE_WISE,
];

/** Throws EXPERIMENT_UNKNOWN. */
export function findExperiment(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (found !== undefined) return found;
  const known = EXPERIMENTS.map((experiment) => experiment.name);
  const near = didYouMean(name, known);
  const message = `There is no experiment '${name}'${near === null ? '' : ` (did you mean '${near}'?)`}.`;
  throw new ToolError('EXPERIMENT_UNKNOWN', message, { context: { experiment: name, known } });
}
