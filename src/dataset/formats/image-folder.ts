import { ToolError } from '../../errors/tool-error.js';
import type { ImageFolderSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import { classList } from '../class-list.js';
import type { DatasetEnvironment } from '../environment.js';
import { openFileSet, type FileSet } from '../file-set.js';
import { resize } from '../resize.js';
import { splitSamples } from '../split.js';
import { decodeImage } from './image.js';

const PICTURE = /\.(png|jpe?g)$/i;

/** Pictures in folders named after their classes, brought to one size. */
export function importImageFolder(source: ImageFolderSource, env: DatasetEnvironment): Dataset {
  const { size, channels, testFraction } = source;
  const inputs: Record<string, string> = {};
  const open = (root: string): FileSet => {
    const files = openFileSet(root, env);
    inputs[root] = files.digest;
    return files;
  };
  const train = open(source.train);
  const classNames = classList(picturesOf(train).map(classOf), train.origin);
  const read = (files: FileSet): Samples => samplesOf(files, classNames, source, env);
  const all = read(train);
  const parts = new Map(
    Object.entries(
      source.test === undefined
        ? splitSamples(all, testFraction, env.seed)
        : { train: all, test: read(open(source.test)) },
    ),
  );
  if (source.validation !== undefined) parts.set('validation', read(open(source.validation)));
  for (const [part, { count }] of parts) {
    if (count > 0) continue;
    throw new ToolError('DATASET_EMPTY', `${train.origin} leaves no pictures for '${part}'.`, {
      context: { file: train.origin, part, pictures: all.count },
    });
  }
  const seed = source.test === undefined ? env.seed : null;
  const inputShape = channels === 1 ? size : [...size, channels];
  const provenance = { toolVersion: toolVersion(), seed, inputs };
  return assembleDataset({ name: 'image-folder', inputShape, classNames, provenance }, parts);
}

function picturesOf(files: FileSet): string[] {
  const names = files.names.filter((name) => PICTURE.test(name) && name.includes('/'));
  if (names.length > 0) return names;
  throw new ToolError('DATASET_EMPTY', `${files.origin} holds no folders with PNG or JPEG pictures.`, {
    context: { file: files.origin },
  });
}

/** The first folder of the path; pictures may lie deeper. */
function classOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function samplesOf(
  files: FileSet,
  classNames: readonly string[],
  { size: [height, width], channels }: ImageFolderSource,
  env: DatasetEnvironment,
): Samples {
  const names = picturesOf(files);
  const inputSize = height * width * channels;
  const values = new Uint8Array(names.length * inputSize);
  const labels = new Uint8Array(names.length);
  names.forEach((name, n) => {
    env.progress.update('pictures', n + 1, names.length);
    const label = classNames.indexOf(classOf(name));
    if (label < 0) {
      const message = `${files.pathOf(name)} is of the class '${classOf(name)}', which the training pictures do not have.`;
      throw new ToolError('DATASET_LABEL_RANGE', message, {
        context: { file: files.pathOf(name), label: classOf(name), classes: classNames.length },
      });
    }
    labels[n] = label;
    const picture = decodeImage(files.read(name), files.pathOf(name), channels);
    values.set(resize(picture, height, width).values, n * inputSize);
  });
  return { count: names.length, inputSize, values, scale: Math.fround(1 / 255), offset: 0, labels };
}
