import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { didYouMean } from '../util/did-you-mean.js';

/** A public dataset that the tool can fetch: where it lies, and what its files must be. */
export interface PinnedDataset {
  readonly title: string;
  readonly licence: string;
  /** Tried in order; a file stands at base + name. Empty: no public address of these very bytes is known. */
  readonly bases: readonly string[];
  readonly files: readonly PinnedFile[];
}

export interface PinnedFile {
  readonly name: string;
  readonly sha256: string;
}

/** Sets of pictures as four IDX files: data sources of their own. */
export type PinnedImages = 'mnist' | 'fashion-mnist';
/** Recordings in one .tar.gz: what `root: dataset:NAME` means. */
export type PinnedArchive = 'watch-har' | 'magic-wand-digits' | 'speech-commands-subset' | 'fan-vibration';
export type PinnedName = PinnedImages | PinnedArchive;

/** The names of the classes, by number. */
export const IMAGE_CLASSES: Readonly<Record<PinnedImages, readonly string[]>> = {
  mnist: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  'fashion-mnist': [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
};

/** The four files of either dataset, in the order of importIdx. */
export const IDX_FILES = {
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
} as const;

export const PINNED_DATASETS: Readonly<Record<PinnedName, PinnedDataset>> = {
  mnist: {
    title: 'MNIST, handwritten digits (LeCun, Cortes, Burges): 60,000 + 10,000 grey pictures of 28 × 28',
    licence: 'CC BY-SA 3.0',
    bases: ['https://storage.googleapis.com/cvdf-datasets/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'],
    files: [
      { name: IDX_FILES.trainImages, sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609' },
      { name: IDX_FILES.trainLabels, sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c' },
      { name: IDX_FILES.testImages, sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6' },
      { name: IDX_FILES.testLabels, sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6' },
    ],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST, article images (Zalando): 60,000 + 10,000 grey pictures of 28 × 28',
    licence: 'MIT',
    bases: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    ],
    files: [
      { name: IDX_FILES.trainImages, sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84' },
      { name: IDX_FILES.trainLabels, sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845' },
      { name: IDX_FILES.testImages, sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073' },
      { name: IDX_FILES.testLabels, sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5' },
    ],
  },
  'watch-har': archive(
    'watch-har-sw.tar.gz',
    'c950ac3e6aa282bf2400b854e44548b44ecb271410048f458512b4de9b521125',
    'Activities of 23 people by the acceleration and rotation of a smartwatch, 223 recordings (Matey-Sanz et al.)',
    'CC BY 4.0',
  ),
  'magic-wand-digits': archive(
    'magic-wand-digits.tar.gz',
    'a12614db1b2102ac0ba507805210e5843d20d8b3b6081a0508a6ebe1b6c394c2',
    'Digits drawn in the air, 1,000 strokes (Pete Warden)',
    'Apache-2.0',
  ),
  'speech-commands-subset': archive(
    'speech-commands-subset.tar.gz',
    '31847f4ddc56cf30ab2aca6a4e781d95cf07c1fb151753cce04ae08587c253a9',
    'Keywords of one second, a subset of the test set of Speech Commands 0.02, 727 clips (Pete Warden)',
    'CC BY 4.0',
  ),
  'fan-vibration': archive(
    'fan-vibration.tar.gz',
    '66363caa79f5253f5dc137379eae2f69abeff9cc3c9b204c4e62ff700dcdc96d',
    'Vibration of a ceiling fan, as it should be and with a coin on a blade, 4,674 windows (Shawn Hymel)',
    'Beerware repository: ask the author before you pass the data on',
  ),
};

/** One file, packed by this project's authors from a public source with a manifest added. */
function archive(name: string, sha256: string, title: string, licence: string): PinnedDataset {
  return { title, licence, bases: [], files: [{ name, sha256 }] };
}

/** The archive that `dataset:NAME` stands for, in the cache. */
export function pinnedArchive(name: string, cacheDir: string): PinnedFile & { readonly path: string } {
  const archives = Object.keys(PINNED_DATASETS).filter(
    (known) => PINNED_DATASETS[known as PinnedName].files.length === 1,
  );
  if (!archives.includes(name)) {
    const near = didYouMean(name, archives);
    const message = `'dataset:${name}' is no data set of recordings${near === null ? '' : ` (did you mean 'dataset:${near}'?)`}. There are: ${archives.join(', ')}.`;
    throw new ToolError('DATASET_UNKNOWN', message, { context: { dataset: name, known: archives } });
  }
  const [file] = PINNED_DATASETS[name as PinnedName].files;
  const path = join(pinnedFolder(cacheDir, name as PinnedName), file.name);
  if (existsSync(path)) return { ...file, path };
  throw notDownloaded(name, pinnedFolder(cacheDir, name as PinnedName), [file.name]);
}

export function notDownloaded(name: string, folder: string, missing: readonly string[]): ToolError {
  return new ToolError('DATASET_NOT_DOWNLOADED', `'${name}' is not in ${folder} yet: ${missing[0]} is missing.`, {
    hint: `Run \`grapes data get ${name}\`, with --from DIR if you have the files at hand.`,
    context: { dataset: name, folder, missing },
  });
}

/** For a file in the cache that is not the published one. */
export function wrongInCache(name: string, path: string, expected: string, actual: string): ToolError {
  return new ToolError('DATASET_DIGEST_MISMATCH', `${path} is not the file it should be: its SHA-256 is ${actual}.`, {
    hint: `Delete it and run \`grapes data get ${name}\`.`,
    context: { dataset: name, file: path, expected, actual },
  });
}

/** Folder of a downloaded dataset. */
export function pinnedFolder(cacheDir: string, name: PinnedName): string {
  return join(cacheDir, 'datasets', name);
}
