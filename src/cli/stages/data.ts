import { loadDataset } from '../../dataset/load.js';
import { sourceDigests } from '../../dataset/source-digests.js';
import { ToolError } from '../../errors/tool-error.js';
import type { Dataset } from '../../ir/dataset.js';
import type { ProjectSession } from '../project-session.js';

const NO_SAMPLES =
  'Write `data:` in grapes.yaml, by hand or with `grapes data import FILE... --yes`: quantization calibrates on samples like those of the training.';

/** The samples, read when a stage really needs them. */
export function dataset(session: ProjectSession): Promise<Dataset> {
  return session.once('dataset', () => {
    const { config, dir, cacheDir, context } = session;
    const { modelFile } = config;
    if (config.data.source === 'none' && modelFile !== null) {
      const message = `${modelFile.path} is a float model, which needs samples, and grapes.yaml has no \`data:\` section.`;
      throw new ToolError('DATA_NONE', message, { hint: NO_SAMPLES, context: { model: modelFile.path } });
    }
    return loadDataset(config.data, { projectDir: dir, cacheDir, seed: config.seed, progress: context.progress });
  });
}

/**
 * SHA-256 of each file that the samples come from, without reading them as samples: what stages depend on. Empty for
 * data that is made from the options alone.
 */
export function dataInputs(session: ProjectSession): Promise<Record<string, string>> {
  return session.once('data-inputs', async () => {
    const { config, dir, cacheDir } = session;
    const digests = sourceDigests(config.data, { projectDir: dir, cacheDir });
    // Reading them as samples gives the error that names the file and the remedy.
    if (digests === null) await dataset(session);
    return Object.fromEntries(Object.entries(digests ?? {}).map(([name, digest]) => [`data/${name}`, digest]));
  });
}
