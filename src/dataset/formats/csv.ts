import { isAbsolute, join } from 'node:path';
import { ToolError } from '../../errors/tool-error.js';
import type { CsvSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import { classList } from '../class-list.js';
import { splitSamples } from '../split.js';
import { standardize } from '../standardize.js';
import { columnIndex, numberOf, readCsvTable, type CsvTable } from './csv-table.js';

/** A table of numbers with one column of labels. Paths are relative to `projectDir`; the split is drawn with `seed`. */
export function importCsv(source: CsvSource, projectDir: string, seed: number): Dataset {
  const pathOf = (path: string): string => (isAbsolute(path) ? path : join(projectDir, path));
  const trainTable = readCsvTable(pathOf(source.file));
  const testTable = source.testFile === undefined ? null : readCsvTable(pathOf(source.testFile));
  const features = trainTable.header.filter((column) => column !== source.labelColumn);
  const labelIndex = columnIndex(trainTable, source.labelColumn);
  const labels = trainTable.rows.map(({ cells }) => cells[labelIndex]);
  const classNames = classList(labels, `Column '${source.labelColumn}' of ${trainTable.file}`);
  const all = samplesOf(trainTable, source.labelColumn, features, classNames);
  const drawn = testTable === null;
  const parts = new Map(
    Object.entries(
      drawn
        ? splitSamples(all, source.testFraction, seed)
        : { train: all, test: samplesOf(testTable, source.labelColumn, features, classNames) },
    ),
  );
  for (const [part, { count }] of parts) {
    if (count > 0) continue;
    const message = `${trainTable.file} leaves no samples for '${part}' (${String(all.count)} rows, testFraction ${String(source.testFraction)}).`;
    throw new ToolError('DATASET_EMPTY', message, { context: { file: trainTable.file, part, rows: all.count } });
  }
  const inputs: Record<string, string> = { [source.file]: trainTable.digest };
  if (testTable !== null && source.testFile !== undefined) inputs[source.testFile] = testTable.digest;
  const provenance = { toolVersion: toolVersion(), seed: drawn ? seed : null, inputs };
  return assembleDataset(
    { name: 'csv', inputShape: [features.length], classNames, provenance },
    source.normalize === 'standardize' ? standardize(parts) : parts,
  );
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
