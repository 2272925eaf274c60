import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { DataSource } from '../ir/options.js';
import type { Progress } from '../util/progress.js';
import { importCsv } from './formats/csv.js';
import { importIdx } from './formats/idx.js';
import { IDX_FILES, PINNED_DATASETS, pinnedFolder, type PinnedName } from './pinned.js';
import { makeDigits } from './synthetic/digits.js';

export interface DatasetEnvironment {
  /** Folder that relative paths of the source start from. */
  readonly projectDir: string;
  /** Where downloaded datasets are kept. */
  readonly cacheDir: string;
  readonly seed: number;
  readonly progress: Progress;
}

/** Reads or makes the dataset that `data:` in grapes.yaml names. */
export async function loadDataset(source: DataSource, env: DatasetEnvironment): Promise<Dataset> {
  switch (source.source) {
    case 'synthetic-digits':
      return makeDigits({ ...source, seed: env.seed });
    case 'mnist':
    case 'fashion-mnist':
      return loadPinned(source.source, env.cacheDir);
    case 'idx':
      return importIdx(source, env.projectDir);
    case 'csv':
      return importCsv(source, env.projectDir, env.seed);
  }
}

function loadPinned(name: PinnedName, cacheDir: string): Dataset {
  const folder = pinnedFolder(cacheDir, name);
  const { files, classNames } = PINNED_DATASETS[name];
  const missing = files.filter((file) => !existsSync(join(folder, file.name)));
  if (missing.length > 0) {
    throw new ToolError('DATASET_NOT_DOWNLOADED', `'${name}' is not in ${folder} yet: ${missing[0].name} is missing.`, {
      hint: `Run \`grapes data get ${name}\`, with --from DIR if you have the files at hand.`,
      context: { dataset: name, folder, missing: missing.map((file) => file.name) },
    });
  }
  const dataset = importIdx({ source: 'idx', ...IDX_FILES, classNames }, folder, name);
  for (const file of files) {
    const actual = dataset.provenance.inputs[file.name];
    if (actual !== file.sha256) {
      const path = join(folder, file.name);
      throw new ToolError(
        'DATASET_DIGEST_MISMATCH',
        `${path} is not the file it should be: its SHA-256 is ${actual}.`,
        {
          hint: `Delete it and run \`grapes data get ${name}\`.`,
          context: { dataset: name, file: path, expected: file.sha256, actual },
        },
      );
    }
  }
  return dataset;
}
