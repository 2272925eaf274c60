import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { DataSource } from '../ir/options.js';
import type { DatasetEnvironment } from './environment.js';
import { importAudio } from './formats/audio.js';
import { importCsv } from './formats/csv.js';
import { importIdx } from './formats/idx.js';
import { importImageFolder } from './formats/image-folder.js';
import { importNumpy } from './formats/numpy.js';
import { importSensor } from './formats/sensor.js';
import { importStrokes } from './formats/strokes.js';
import {
  IDX_FILES,
  IMAGE_CLASSES,
  notDownloaded,
  PINNED_DATASETS,
  pinnedFolder,
  wrongInCache,
  type PinnedImages,
} from './pinned.js';
import { makeDigits } from './synthetic/digits.js';

export type { DatasetEnvironment } from './environment.js';

/** Reads or makes the dataset that `data:` in grapes.yaml names. */
export async function loadDataset(source: DataSource, env: DatasetEnvironment): Promise<Dataset> {
  switch (source.source) {
    case 'none':
      throw new ToolError('DATA_NONE', 'This project has no data set: its model was imported.');
    case 'synthetic-digits':
      return makeDigits({ ...source, seed: env.seed });
    case 'mnist':
    case 'fashion-mnist':
      return loadPinned(source.source, env.cacheDir);
    case 'idx':
      return importIdx(source, env.projectDir);
    case 'csv':
      return importCsv(source, env.projectDir, env.seed);
    case 'sensor':
      return importSensor(source, env);
    case 'audio':
      return importAudio(source, env);
    case 'npy':
    case 'npz':
      return importNumpy(source, env);
    case 'image-folder':
      return importImageFolder(source, env);
    case 'strokes':
      return importStrokes(source, env);
  }
}

function loadPinned(name: PinnedImages, cacheDir: string): Dataset {
  const folder = pinnedFolder(cacheDir, name);
  const { files } = PINNED_DATASETS[name];
  const missing = files.filter((file) => !existsSync(join(folder, file.name)));
  if (missing.length > 0)
    throw notDownloaded(
      name,
      folder,
      missing.map((file) => file.name),
    );
  const dataset = importIdx({ source: 'idx', ...IDX_FILES, classNames: IMAGE_CLASSES[name] }, folder, name);
  for (const file of files) {
    const actual = dataset.provenance.inputs[file.name];
    if (actual !== file.sha256) throw wrongInCache(name, join(folder, file.name), file.sha256, actual);
  }
  return dataset;
}
