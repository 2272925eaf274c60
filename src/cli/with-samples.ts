import type { ProjectConfig } from '../config/project-config.js';
import { integerAtLeast } from './option-parsers.js';
import type { OptionSpec } from './verbs.js';

/** How many samples go through the device, instead of what the project says. */
export const SAMPLES: OptionSpec = {
  flags: '--samples <n>',
  description: 'test samples to send, or `all`, instead of verify.samples',
  parse: (value) => (value === 'all' ? 'all' : integerAtLeast(1)(value)),
};

/** The project with {@link SAMPLES}, if it was given. */
export function withSamples(options: Readonly<Record<string, unknown>>): (config: ProjectConfig) => ProjectConfig {
  const samples = options['samples'] as number | 'all' | undefined;
  return (config) => (samples === undefined ? config : { ...config, verify: { samples } });
}
