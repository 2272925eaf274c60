import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadDataset } from '../../dataset/load.js';
import { IDX_FILES, pinnedFolder } from '../../dataset/pinned.js';
import type { Dataset } from '../../ir/dataset.js';
import type { DataSource } from '../../ir/options.js';
import { sha256Hex } from '../../util/digest.js';
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
    const files = sourceFiles(session.config.data, session);
    // Reading them as samples gives the error that names the file and the remedy.
    if (Object.values(files).some((path) => !existsSync(path))) await dataset(session);
    return Object.fromEntries(Object.entries(files).map(([name, path]) => [name, sha256Hex(readFileSync(path))]));
  });
}

/** Input name → path. */
function sourceFiles(source: DataSource, { dir, cacheDir }: ProjectSession): Record<string, string> {
  const named = (files: Readonly<Record<string, string>>, folder: string): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([name, path]) => [`data/${name}`, resolve(folder, path)]));
  switch (source.source) {
    case 'synthetic-digits':
      return {};
    case 'mnist':
    case 'fashion-mnist':
      return named(IDX_FILES, pinnedFolder(cacheDir, source.source));
    case 'idx': {
      const { trainImages, trainLabels, testImages, testLabels } = source;
      return named({ trainImages, trainLabels, testImages, testLabels }, dir);
    }
    case 'csv':
      return named({ file: source.file, ...(source.testFile === undefined ? {} : { testFile: source.testFile }) }, dir);
  }
}
