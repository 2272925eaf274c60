import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importIdx } from '../dataset/formats/idx.js';
import { IDX_FILES, IMAGE_CLASSES, PINNED_DATASETS, pinnedFolder } from '../dataset/pinned.js';
import { makeDigits } from '../dataset/synthetic/digits.js';
import { ToolError } from '../errors/tool-error.js';
import { datasetDigest } from '../ir/dataset-digest.js';
import { firstSamples, type Dataset, type Samples } from '../ir/dataset.js';
import { selectSamples } from '../ir/select-samples.js';
import type { DataRecipe } from './experiment.js';

/** A dataset with its three parts, and where it came from. */
export interface ExperimentData {
  readonly dataset: Dataset & { readonly validation: Samples };
  readonly digest: string;
  /** True where real data was asked for but none was at hand. */
  readonly standIn: boolean;
}

export interface DataPlaces {
  /** Folder with the four IDX files, or with a folder of the set's name that holds them; must have them if given. */
  readonly from: string | null;
  readonly cacheDir: string;
}

/** The first samples of each part of the set; digits drawn by the tool where it was not downloaded. */
export function prepareData(recipe: DataRecipe, places: DataPlaces): ExperimentData {
  const folder = findFolder(recipe.set, places);
  const whole = folder === null ? drawnDigits(recipe) : readPictures(recipe.set, folder);
  const { train: trainCount, validation: held, test: testCount, side } = recipe;
  const resize = (samples: Samples): Samples =>
    side < whole.inputShape[0] ? halved(samples, whole.inputShape[0]) : samples;
  const pool = resize(firstSamples(whole.train, trainCount + held));
  const heldIndices = Array.from({ length: pool.count - trainCount }, (_, i) => trainCount + i);
  const dataset = {
    ...whole,
    inputShape: folder === null ? whole.inputShape : [side, side],
    train: selectSamples(
      pool,
      Array.from({ length: trainCount }, (_, i) => i),
    ),
    validation: selectSamples(pool, heldIndices),
    test: resize(firstSamples(whole.test, testCount)),
  };
  return { dataset, digest: datasetDigest(dataset), standIn: folder === null };
}

function findFolder(set: DataRecipe['set'], { from, cacheDir }: DataPlaces): string | null {
  const holds = (folder: string): boolean =>
    PINNED_DATASETS[set].files.every(({ name }) => existsSync(join(folder, name)));
  if (from === null) {
    const cached = pinnedFolder(cacheDir, set);
    return holds(cached) ? cached : null;
  }
  const found = [join(from, set), from].find(holds);
  if (found !== undefined) return found;
  const names = PINNED_DATASETS[set].files.map(({ name }) => name);
  throw new ToolError('DATASET_NOT_DOWNLOADED', `Neither ${from} nor ${join(from, set)} holds the files of '${set}'.`, {
    hint: `Give --from a folder with ${names.join(', ')}, or leave it out after \`grapes data get ${set}\`.`,
    context: { dataset: set, folder: from, missing: names },
  });
}

function readPictures(set: DataRecipe['set'], folder: string): Dataset {
  const dataset = importIdx({ source: 'idx', ...IDX_FILES, classNames: IMAGE_CLASSES[set] }, folder, set);
  for (const { name, sha256 } of PINNED_DATASETS[set].files) {
    const actual = dataset.provenance.inputs[name];
    if (actual === sha256) continue;
    throw new ToolError('DATASET_DIGEST_MISMATCH', `${join(folder, name)} is not the published file of '${set}'.`, {
      hint: `Fetch it with \`grapes data get ${set}\` and leave --from out.`,
      context: { dataset: set, file: join(folder, name), expected: sha256, actual },
    });
  }
  return dataset;
}

function drawnDigits({ train, validation, test }: DataRecipe): Dataset {
  return makeDigits({ size: 14, trainSamples: train + validation, testSamples: test, seed: 1 });
}

/** Means of 2 × 2 pixels, rounded. */
function halved(samples: Samples, side: number): Samples {
  const half = side / 2;
  const values = new Uint8Array(samples.count * half * half);
  let at = 0;
  for (let n = 0; n < samples.count; n++) {
    const picture = samples.values.subarray(n * samples.inputSize, (n + 1) * samples.inputSize);
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const corner = 2 * (y * side + x);
        const sum = picture[corner] + picture[corner + 1] + picture[corner + side] + picture[corner + side + 1];
        values[at++] = (sum + 2) >> 2;
      }
    }
  }
  return { ...samples, inputSize: half * half, values };
}
