import { isAbsolute, join } from 'node:path';
import { unzipSync } from 'fflate';
import { ToolError } from '../../errors/tool-error.js';
import type { NpySource, NpzSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import type { DatasetEnvironment } from '../environment.js';
import { readDataFile } from '../read-data-file.js';
import { standardize, standardizeUniformly } from '../standardize.js';
import { parseNpy, wrongType, type NpyArray } from './npy.js';

/** A larger .npz is an accident or an attack. */
const MAX_UNPACKED_BYTES = 2 ** 31 - 1;
/** More would not fit the 8-bit labels. */
const MAX_CLASSES = 256;

interface NamedArray extends NpyArray {
  readonly file: string;
}

/** Reads an array by the name that grapes.yaml gives it. */
interface ArrayReader {
  readonly inputs: Readonly<Record<string, string>>;
  read(name: string): NamedArray;
}

/** Arrays of NumPy as samples, from .npy files or one .npz file. */
export function importNumpy(source: NpySource | NpzSource, env: DatasetEnvironment): Dataset {
  const reader = source.source === 'npy' ? npyReader(env.projectDir) : npzReader(source.file, env.projectDir);
  const arrays = new Map([
    ['train', { inputs: reader.read(source.trainInputs), labels: reader.read(source.trainLabels) }],
    ['test', { inputs: reader.read(source.testInputs), labels: reader.read(source.testLabels) }],
  ]);
  const { validationInputs, validationLabels } = source;
  if (validationInputs !== undefined && validationLabels !== undefined) {
    arrays.set('validation', { inputs: reader.read(validationInputs), labels: reader.read(validationLabels) });
  }
  const parts = [...arrays].map(([part, { inputs, labels }]) => ({ part, inputs, labels: labelsOf(labels) }));
  const [{ inputs: train }] = parts;
  const highest = parts.reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  const classNames = source.classNames ?? Array.from({ length: highest + 1 }, (_, c) => String(c));
  const samples = new Map<string, Samples>();
  for (const { part, inputs, labels } of parts) {
    samples.set(part, samplesOf(inputs, labels, train, classNames.length, source.inputScale));
  }
  const provenance = { toolVersion: toolVersion(), seed: null, inputs: reader.inputs };
  return assembleDataset(
    { name: source.source, inputShape: train.shape.slice(1), classNames, provenance },
    source.normalize === 'none'
      ? samples
      : source.normalize === 'uniform'
        ? standardizeUniformly(samples)
        : standardize(samples),
  );
}

function npyReader(projectDir: string): ArrayReader {
  const inputs: Record<string, string> = {};
  return {
    inputs,
    read(name) {
      const file = isAbsolute(name) ? name : join(projectDir, name);
      const { bytes, digest } = readDataFile(file);
      inputs[name] = digest;
      return { ...parseNpy(bytes, file), file };
    },
  };
}

function npzReader(name: string, projectDir: string): ArrayReader {
  const file = isAbsolute(name) ? name : join(projectDir, name);
  const { bytes, digest } = readDataFile(file);
  const entries = unzip(bytes, file);
  return {
    inputs: { [name]: digest },
    read(array) {
      const entry = `${array}.npy`;
      const path = `${file}:${array}`;
      if (Object.hasOwn(entries, entry)) return { ...parseNpy(entries[entry], path), file: path };
      const known = Object.keys(entries).map((key) => key.replace(/\.npy$/, ''));
      const message = `${file} holds no array '${array}'. Its arrays: ${known.join(', ')}.`;
      throw new ToolError('DATASET_NPZ_DAMAGED', message, { context: { file, array, known } });
    },
  };
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  let unpacked = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        unpacked += originalSize;
        if (unpacked > MAX_UNPACKED_BYTES) throw new Error('it unfolds to more than 2 GB');
        return true;
      },
    });
  } catch (cause) {
    const message = `${file} cannot be read as a zip archive of arrays: ${(cause as Error).message}.`;
    throw new ToolError('DATASET_NPZ_DAMAGED', message, { context: { file, bytes: bytes.length }, cause });
  }
}

/** [n] or [n, 1] integers in [0, 256). */
function labelsOf(array: NamedArray): Uint8Array {
  const { file, shape, type, count } = array;
  if (type.startsWith('f')) throw wrongType(file, `labels are integers, not ${type}`, { type });
  if (shape.length === 0 || shape[0] !== count) {
    throw wrongType(file, `labels are one number a sample, not an array of shape (${shape.join(', ')})`, { type });
  }
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = array.at(i);
    if (label < 0 || label >= MAX_CLASSES) throw labelRange(array, i, label, MAX_CLASSES);
    labels[i] = label;
  }
  return labels;
}

function labelRange(
  { file, dataOffset, elementBytes }: NamedArray,
  i: number,
  label: number,
  classes: number,
): ToolError {
  const offset = dataOffset + i * elementBytes;
  const message = `Label ${String(label)} of sample ${String(i)} (offset ${String(offset)} of ${file}) is out of range: 0 to ${String(classes - 1)} are possible.`;
  return new ToolError('DATASET_LABEL_RANGE', message, { context: { file, sample: i, offset, label, classes } });
}

function samplesOf(
  inputs: NamedArray,
  labels: Uint8Array,
  train: NamedArray,
  classes: number,
  inputScale: number | null,
): Samples {
  const { file, shape, count } = inputs;
  if (shape.length < 2 || shape.slice(1).join() !== train.shape.slice(1).join()) {
    const message = `${file} has the shape (${shape.join(', ')}); samples are (n, ${train.shape.slice(1).join(', ')}).`;
    throw new ToolError('DATASET_SHAPE_MISMATCH', message, { context: { file, found: shape, expected: train.shape } });
  }
  if (count === 0) {
    throw new ToolError('DATASET_EMPTY', `${file} holds no samples: its shape is (${shape.join(', ')}).`, {
      context: { file, shape },
    });
  }
  if (shape[0] !== labels.length) {
    const message = `${file} holds ${String(shape[0])} samples, but there are ${String(labels.length)} labels.`;
    throw new ToolError('DATASET_COUNT_MISMATCH', message, {
      context: { file, samples: shape[0], labels: labels.length },
    });
  }
  const bad = labels.findIndex((label) => label >= classes);
  if (bad >= 0) {
    const message = `Label ${String(labels[bad])} of sample ${String(bad)} of ${file} is out of range: there are ${String(classes)} classes.`;
    throw new ToolError('DATASET_LABEL_RANGE', message, {
      context: { file, sample: bad, label: labels[bad], classes },
    });
  }
  const isBytes = inputs.type === 'u1';
  const scale = Math.fround(inputScale ?? (isBytes ? 1 / 255 : 1));
  const values = isBytes ? inputs.bytes.slice() : floatsOf(inputs);
  return { count: shape[0], inputSize: count / shape[0], values, scale, offset: 0, labels };
}

function floatsOf(inputs: NamedArray): Float32Array {
  const values = new Float32Array(inputs.count);
  for (let i = 0; i < inputs.count; i++) {
    values[i] = inputs.at(i);
    if (Number.isFinite(values[i])) continue;
    const sample = Math.floor(i / (inputs.count / inputs.shape[0]));
    const offset = inputs.dataOffset + i * inputs.elementBytes;
    const message = `${inputs.file}: sample ${String(sample)} (offset ${String(offset)}) holds ${String(inputs.at(i))}, not a number that float32 can hold.`;
    throw new ToolError('DATASET_NPY_VALUE', message, { context: { file: inputs.file, sample, offset } });
  }
  return values;
}
