import type { ProjectConfig } from '../config/project-config.js';

/** `--steps` in place of the project's learn.run.steps. */
export function withSteps(steps: number | undefined): (config: ProjectConfig) => ProjectConfig {
  return (config) =>
    steps === undefined || config.learn === null
      ? config
      : { ...config, learn: { ...config.learn, run: { ...config.learn.run, steps } } };
}
