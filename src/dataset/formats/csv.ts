import { isAbsolute, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ToolError } from '../../errors/tool-error.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import type { DataSource } from '../../ir/options.js';
import { toolVersion } from '../../util/package-root.js';
import { readDataFile } from '../read-data-file.js';
import { splitSamples } from '../split.js';
import { standardize } from '../standardize.js';

type CsvSource = Extract<DataSource, { readonly source: 'csv' }>;

/** More would not fit the 8-bit labels. */
const MAX_CLASSES = 256;

/** A CSV file as text, cell by cell, with the header apart. */
interface Table {
  readonly file: string;
  readonly digest: string;
  readonly header: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/** A table of numbers with one column of labels. Paths are relative to `projectDir`; the split is drawn with `seed`. */
export function importCsv(source: CsvSource, projectDir: string, seed: number): Dataset {
  const pathOf = (path: string): string => (isAbsolute(path) ? path : join(projectDir, path));
  const trainTable = readTable(pathOf(source.file));
  const testTable = source.testFile === undefined ? null : readTable(pathOf(source.testFile));
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
  return { schemaVersion: 1, name: 'csv', inputShape: [features.length], classNames, train, test, provenance };
}

function readTable(file: string): Table {
  const { bytes, digest } = readDataFile(file);
  let records: { info: { lines: number }; record: string[] }[];
  try {
    const options = { info: true, bom: true, trim: true, skip_empty_lines: true };
    // With `info`, a record comes with the line on which it ends; the package's types do not know that.
    records = parse(Buffer.from(bytes), options) as unknown as typeof records;
  } catch (cause) {
    const { code, lines } = cause as { code?: string; lines?: number };
    const line = lines ?? 0;
    throw new ToolError('DATASET_CSV_SYNTAX', `${file}:${String(line)}: ${(cause as Error).message}.`, {
      context: { file, line, reason: code ?? 'unknown' },
      cause,
    });
  }
  const rows = records.map(({ info, record }) => ({ line: info.lines, cells: record }));
  const header = rows.shift()?.cells;
  if (header === undefined || rows.length === 0) {
    throw new ToolError(
      'DATASET_EMPTY',
      `${file} holds no samples: it has ${header === undefined ? 'no lines' : 'a header line only'}.`,
      {
        context: { file, rows: 0 },
      },
    );
  }
  return { file, digest, header, rows };
}

function columnIndex({ file, header }: Table, column: string): number {
  const index = header.indexOf(column);
  if (index >= 0 && header.indexOf(column, index + 1) < 0) return index;
  const problem = index < 0 ? 'no column' : 'more than one column';
  throw new ToolError('DATASET_CSV_COLUMN', `${file} has ${problem} '${column}'. Its columns: ${header.join(', ')}.`, {
    context: { file, line: 1, column, columns: header },
  });
}

/** The labels that occur: by value if all are whole numbers, otherwise by name. */
function classesOf(table: Table, labelIndex: number): string[] {
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
  table: Table,
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

/** Decimal numbers only: `Number` would also take '', '0x10' and 'Infinity'. */
function numberOf(cell: string, file: string, line: number, column: string): number {
  const value = Math.fround(Number(cell));
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) && Number.isFinite(value)) return value;
  const what = cell === '' ? 'is empty' : `is '${cell}', not a number that float32 can hold`;
  throw new ToolError('DATASET_CSV_NUMBER', `${file}:${String(line)}: column '${column}' ${what}.`, {
    context: { file, line, column, value: cell },
  });
}
