import type { ProjectConfig } from '../config/project-config.js';
import type { TrainOptions } from '../ir/options.js';
import { integerAtLeast, oneOf } from './option-parsers.js';
import type { OptionSpec } from './verbs.js';

/** How training is computed, instead of what the project says. */
export const TRAINING_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--engine <name>',
    description: 'wasm or tfjs, instead of train.engine of the project',
    parse: oneOf('wasm', 'tfjs'),
  },
  {
    flags: '--threads <n>',
    description: 'threads of the wasm engine, or `auto`; they change no bit of the result',
    parse: (value) => (value === 'auto' ? 'auto' : integerAtLeast(1)(value)),
  },
  { flags: '--fast', description: 'faster arithmetic, whose results differ between machines in the last digits' },
];

/** The project with the {@link TRAINING_OPTIONS} that were given. */
export function withTraining(options: Readonly<Record<string, unknown>>): (config: ProjectConfig) => ProjectConfig {
  const given = ['engine', 'threads', 'fast'].filter((key) => options[key] !== undefined);
  const change = Object.fromEntries(given.map((key) => [key, options[key]])) as Partial<TrainOptions>;
  return (config) => ({ ...config, train: { ...config.train, ...change } });
}
