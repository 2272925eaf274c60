import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DataSource } from '../ir/data-source.js';
import { sha256Hex } from '../util/digest.js';
import type { DatasetEnvironment } from './environment.js';
import { openFileSet } from './file-set.js';
import { IDX_FILES, pinnedFolder } from './pinned.js';

type Places = Pick<DatasetEnvironment, 'projectDir' | 'cacheDir'>;

/**
 * Input name → SHA-256 of everything on disk that the samples come from, without reading it as samples; null if
 * something is missing. Empty for data that is made from the options alone.
 */
export function sourceDigests(source: DataSource, places: Places): Record<string, string> | null {
  switch (source.source) {
    case 'none':
    case 'synthetic-digits':
      return {};
    case 'mnist':
    case 'fashion-mnist':
      return ofFiles(IDX_FILES, pinnedFolder(places.cacheDir, source.source));
    case 'idx': {
      const { trainImages, trainLabels, testImages, testLabels } = source;
      return ofFiles({ trainImages, trainLabels, testImages, testLabels }, places.projectDir);
    }
    case 'csv':
      return ofFiles({ file: source.file, testFile: source.testFile }, places.projectDir);
    case 'npy': {
      const { trainInputs, trainLabels, testInputs, testLabels, validationInputs, validationLabels } = source;
      const files = { trainInputs, trainLabels, testInputs, testLabels, validationInputs, validationLabels };
      return ofFiles(files, places.projectDir);
    }
    case 'npz':
      return ofFiles({ file: source.file }, places.projectDir);
    case 'image-folder': {
      const roots = Object.entries({ train: source.train, test: source.test, validation: source.validation });
      return Object.fromEntries(
        roots.flatMap(([part, root]) => (root === undefined ? [] : [[part, openFileSet(root, places).digest]])),
      );
    }
    case 'audio':
    case 'sensor':
    case 'strokes':
      return { root: openFileSet(source.root, places).digest };
  }
}

function ofFiles(files: Readonly<Record<string, string | undefined>>, folder: string): Record<string, string> | null {
  const digests: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const path = resolve(folder, file);
    if (!existsSync(path)) return null;
    digests[name] = sha256Hex(readFileSync(path));
  }
  return digests;
}
