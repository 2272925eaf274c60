import { loadDataset } from '../../dataset/load.js';
import { sourceDigests } from '../../dataset/source-digests.js';
import type { Dataset } from '../../ir/dataset.js';
import type { ProjectSession } from '../project-session.js';

/** The samples, read when a stage really needs them. */
export function dataset(session: ProjectSession): Promise<Dataset> {
  return session.once('dataset', () => {
    const { config, dir, cacheDir, context } = session;
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
