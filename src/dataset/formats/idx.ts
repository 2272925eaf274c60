import { isAbsolute, join } from 'node:path';
import { ToolError } from '../../errors/tool-error.js';
import type { IdxSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { readDataFile } from '../read-data-file.js';

/** An IDX array of unsigned bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UINT8 = 0x08;

/**
 * Reads IDX: two zero bytes, the element type, the number of axes, one big-endian uint32 an axis, the elements.
 * Only unsigned bytes, the type of every published image set. `axes` is what the caller needs: 3 for pictures.
 */
export function parseIdx(bytes: Uint8Array, file: string, axes: number): IdxArray {
  const headerBytes = 4 + 4 * axes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = (UINT8 << 8) | axes;
  if (bytes.length >= 4 && view.getUint32(0) !== wanted) {
    const found = hex(view.getUint32(0));
    const kind = `IDX file of unsigned bytes with ${String(axes)} ${axes === 1 ? 'axis' : 'axes'}`;
    throw new ToolError('DATASET_IDX_MAGIC', `${file} begins with ${found}, not ${hex(wanted)}: it is no ${kind}.`, {
      context: { file, offset: 0, found, expected: hex(wanted) },
    });
  }
  if (bytes.length < headerBytes) {
    throw truncated(file, headerBytes, bytes.length, `its header alone takes ${String(headerBytes)} bytes`);
  }
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const elements = shape.reduce((n, d) => n * d, 1);
  const shapeText = shape.join(' × ');
  if (elements === 0) {
    throw new ToolError('DATASET_EMPTY', `${file} holds no samples: its shape is ${shapeText}.`, {
      context: { file, shape },
    });
  }
  const expected = headerBytes + elements;
  if (bytes.length < expected) throw truncated(file, expected, bytes.length, `its header promises ${shapeText} bytes`);
  if (bytes.length > expected) {
    throw new ToolError(
      'DATASET_IDX_TRAILING',
      `${file} goes on for ${String(bytes.length - expected)} bytes after offset ${String(expected)}, where its ${shapeText} bytes end.`,
      { context: { file, offset: expected, expectedBytes: expected, actualBytes: bytes.length } },
    );
  }
  return { shape, data: bytes.subarray(headerBytes) };
}

function truncated(file: string, expected: number, actual: number, why: string): ToolError {
  return new ToolError(
    'DATASET_IDX_TRUNCATED',
    `${file} ends at offset ${String(actual)} of ${String(expected)}: ${why}, so ${String(expected - actual)} bytes are missing.`,
    { context: { file, offset: actual, expectedBytes: expected, actualBytes: actual } },
  );
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

/** Grey pictures as bytes 0 to 255, which stand for 0 to 1. Paths are relative to `projectDir`. */
export function importIdx(source: IdxSource, projectDir: string, name = 'idx'): Dataset {
  const digests: Record<string, string> = {};
  const read = (path: string, axes: number): { file: string; array: IdxArray } => {
    const file = isAbsolute(path) ? path : join(projectDir, path);
    const { bytes, digest } = readDataFile(file);
    digests[path] = digest;
    return { file, array: parseIdx(bytes, file, axes) };
  };
  const trainImages = read(source.trainImages, 3);
  const trainLabels = read(source.trainLabels, 1);
  const testImages = read(source.testImages, 3);
  const testLabels = read(source.testLabels, 1);
  const [, height, width] = trainImages.array.shape;
  const testShape = testImages.array.shape;
  if (testShape[1] !== height || testShape[2] !== width) {
    const message = `Training pictures are ${String(height)} × ${String(width)}, but those of ${testImages.file} are ${String(testShape[1])} × ${String(testShape[2])}.`;
    throw new ToolError('DATASET_SHAPE_MISMATCH', message, {
      context: { file: testImages.file, expected: [height, width], found: [testShape[1], testShape[2]] },
    });
  }
  const classNames = source.classNames ?? classesOf(trainLabels.array.data);
  return {
    schemaVersion: 1,
    name,
    inputShape: [height, width],
    classNames,
    train: samplesOf(trainImages, trainLabels, classNames),
    validation: null,
    test: samplesOf(testImages, testLabels, classNames),
    extra: {},
    provenance: { toolVersion: toolVersion(), seed: null, inputs: digests },
  };
}

function classesOf(labels: Uint8Array): string[] {
  const highest = labels.reduce((a, b) => Math.max(a, b), 0);
  return Array.from({ length: highest + 1 }, (_, c) => String(c));
}

function samplesOf(
  images: { readonly file: string; readonly array: IdxArray },
  labels: { readonly file: string; readonly array: IdxArray },
  classNames: readonly string[],
): Samples {
  const [count, height, width] = images.array.shape;
  const labelCount = labels.array.shape[0];
  if (count !== labelCount) {
    const message = `${images.file} holds ${String(count)} pictures, but ${labels.file} holds ${String(labelCount)} labels.`;
    throw new ToolError('DATASET_COUNT_MISMATCH', message, {
      context: { file: labels.file, images: count, labels: labelCount },
    });
  }
  const data = labels.array.data;
  const bad = data.findIndex((label) => label >= classNames.length);
  if (bad >= 0) {
    const offset = 8 + bad;
    const message = `Label ${String(data[bad])} of sample ${String(bad)} (offset ${String(offset)} of ${labels.file}) is out of range: there are ${String(classNames.length)} classes, 0 to ${String(classNames.length - 1)}.`;
    throw new ToolError('DATASET_LABEL_RANGE', message, {
      context: { file: labels.file, sample: bad, offset, label: data[bad], classes: classNames.length },
    });
  }
  return {
    count,
    inputSize: height * width,
    values: images.array.data,
    scale: Math.fround(1 / 255),
    offset: 0,
    labels: data,
  };
}
