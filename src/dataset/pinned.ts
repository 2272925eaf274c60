import { join } from 'node:path';

/** A public dataset that the tool can fetch: where it lies, and what its files must be. */
export interface PinnedDataset {
  readonly title: string;
  readonly licence: string;
  /** Tried in order; a file stands at base + name. */
  readonly bases: readonly string[];
  readonly files: readonly PinnedFile[];
  readonly classNames: readonly string[];
}

export interface PinnedFile {
  readonly name: string;
  readonly sha256: string;
}

export type PinnedName = 'mnist' | 'fashion-mnist';

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
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
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
    classNames: [
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
  },
};

/** Folder of a downloaded dataset. */
export function pinnedFolder(cacheDir: string, name: PinnedName): string {
  return join(cacheDir, 'datasets', name);
}
