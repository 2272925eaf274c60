import { isAbsolute, join } from 'node:path';
import { ToolError } from '../../errors/tool-error.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import type { DataSource } from '../../ir/options.js';
import { toolVersion } from '../../util/package-root.js';
import { splitSamples } from '../split.js';
import { standardize } from '../standardize.js';
import { columnIndex, numberOf, readCsvTable, type CsvTable } from './csv-table.js';

type CsvSource = Extract<DataSource, { readonly source: 'csv' }>;

/** More would not fit the 8-bit labels. */
const MAX_CLASSES = 256;

/** A table of numbers with one column of labels. Paths are relative to `projectDir`; the split is drawn with `seed`. */
export function importCsv(source: CsvSource, projectDir: string, seed: number): Dataset {
  const pathOf = (path: string): string => (isAbsolute(path) ? path : join(projectDir, path));
  const trainTable = readCsvTable(pathOf(source.file));
  const testTable = source.testFile === undefined ? null : readCsvTable(pathOf(source.testFile));
  const features = trainTable.header.filter((column) => column !== source.labelColumn);
  const classNames = classesOf(trainTable, columnIndex(trainTable, source.labelColumn));
  const all = samplesOf(trainTable, source.labelColumn, features, classNames);
  const parts =
    testTable === null
      ? splitSamples(all, source.testFraction, seed)
      : { train: all, test: samplesOf(testTable, source.labelColumn, features, classNames) };
  for (const [part, samples] of Object.entries(parts)) {
    if (samples.count === 0) {
      const message = `${trainTable.file} leaves no samples for '${part}' (${String(all.count)} rows, testFraction ${String(source.testFraction)}).`;
      throw new ToolError('DATASET_EMPTY', message, { context: { file: trainTable.file, part, rows: all.count } });
    }
  }
  const { train, test } = source.normalize === 'standardize' ? standardize(parts) : parts;
  const inputs: Record<string, string> = { [source.file]: trainTable.digest };
  if (testTable !== null && source.testFile !== undefined) inputs[source.testFile] = testTable.digest;
  const provenance = { toolVersion: toolVersion(), seed: testTable === null ? seed : null, inputs };
  return {
    schemaVersion: 1,
    name: 'csv',
    inputShape: [features.length],
    classNames,
    train,
    validation: null,
    test,
    extra: {},
    provenance,
  };
}

/** The labels that occur: by value if all are whole numbers, otherwise by name. */
function classesOf(table: CsvTable, labelIndex: number): string[] {
  const names = [...new Set(table.rows.map(({ cells }) => cells[labelIndex]))];
  const areIntegers = names.every((name) => /^-?\d+$/.test(name));
  names.sort(areIntegers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  if (names.length <= MAX_CLASSES) return names;
  const message = `Column '${table.header[labelIndex]}' of ${table.file} holds ${String(names.length)} different labels; ${String(MAX_CLASSES)} is the most.`;
  throw new ToolError('DATASET_LABEL_RANGE', message, {
    context: { file: table.file, column: table.header[labelIndex], classes: names.length },
  });
}

function samplesOf(
  table: CsvTable,
  labelColumn: string,
  features: readonly string[],
  classNames: readonly string[],
): Samples {
  const { file, rows } = table;
  const labelIndex = columnIndex(table, labelColumn);
  const columns = features.map((feature) => columnIndex(table, feature));
  const classOf = new Map(classNames.map((name, c) => [name, c]));
  const values = new Float32Array(rows.length * features.length);
  const labels = new Uint8Array(rows.length);
  rows.forEach(({ line, cells }, r) => {
    const label = classOf.get(cells[labelIndex]);
    if (label === undefined) {
      const message = `${file}:${String(line)}: label '${cells[labelIndex]}' does not occur in the training data.`;
      throw new ToolError('DATASET_LABEL_RANGE', message, {
        context: { file, line, label: cells[labelIndex], classes: classNames.length },
      });
    }
    labels[r] = label;
    columns.forEach((column, f) => {
      values[r * features.length + f] = numberOf(cells[column], file, line, features[f]);
    });
  });
  return { count: rows.length, inputSize: features.length, values, scale: 1, offset: 0, labels };
}
