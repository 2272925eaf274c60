import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { PROJECT_FILE } from '../../config/load.js';
import { dataDefaults } from '../../config/data-defaults.js';
import { replaceSection } from '../../config/edit.js';
import { readCsvTable } from '../../dataset/formats/csv-table.js';
import { loadDataset } from '../../dataset/load.js';
import { ToolError } from '../../errors/tool-error.js';
import type { Dataset } from '../../ir/dataset.js';
import type { NpzSource } from '../../ir/data-source.js';
import type { DataSource } from '../../ir/options.js';
import { diskError, writeFileAtomic } from '../../util/atomic-write.js';
import type { CommandContext, CommandHandler } from '../command.js';
import { table, thousands } from '../output/text.js';
import { cacheDir, projectDir } from '../project-session.js';

/** Where imported files go in a project. */
const FOLDER = 'data';

/** `grapes data import FILES… [--label-column NAME]`: checks, copies into data/, and with --yes edits grapes.yaml. */
export const run: CommandHandler = async (context, files, options) => {
  const source = sourceFor(files, options['labelColumn'] as string | undefined, context);
  const dataset = await loadDataset(source.original, {
    projectDir: context.baseDir,
    cacheDir: cacheDir(context.io.env),
    seed: context.globals.seed ?? 1,
    progress: context.progress,
  });
  const dir = projectDir(context);
  for (const file of files) copyInto(join(dir, FOLDER), context.resolve(file));
  const projectFile = join(dir, PROJECT_FILE);
  const edit = context.globals.yes && existsSync(projectFile);
  if (edit) writeFileAtomic(projectFile, replaceSection(readFileSync(projectFile, 'utf8'), 'data', source.imported));

  const section = stringify({ data: source.imported }).trimEnd();
  const next = edit
    ? `${PROJECT_FILE} uses them now.`
    : `Put this into ${PROJECT_FILE} (or run again with --yes):\n\n${section}`;
  return {
    fields: { result: { dir: join(dir, FOLDER), data: source.imported, edited: edit, summary: summarize(dataset) } },
    text: `${describe(dataset)}\n\nCopied into ${FOLDER}/. ${next}`,
  };
};

interface ImportedSource {
  /** With the paths as typed, for reading. */
  readonly original: DataSource;
  /** The section of grapes.yaml, with the paths in the project. */
  readonly imported: DataSource | Pick<NpzSource, 'source' | 'file'>;
}

function sourceFor(files: readonly string[], labelColumn: string | undefined, context: CommandContext): ImportedSource {
  const typed = files.map((file) => context.resolve(file));
  const copied = files.map((file) => `${FOLDER}/${basename(file)}`);
  if (new Set(copied).size < copied.length) throw usage('Two of the files have the same name.');
  if (files.every((file) => /\.csv$/i.test(file)) && files.length <= 2) {
    const column = labelColumn ?? lastColumn(typed[0]);
    return { original: csvSource(typed, column), imported: csvSource(copied, column) };
  }
  if (files.length === 1 && /\.npz$/i.test(files[0])) {
    return { original: dataDefaults({ source: 'npz', file: typed[0] }), imported: { source: 'npz', file: copied[0] } };
  }
  if (files.length === 4) return { original: idxSource(typed), imported: idxSource(copied) };
  throw usage('One or two .csv files (training, testing), one .npz file or four IDX files can be imported.');
}

function csvSource([file, testFile]: readonly string[], labelColumn: string): DataSource {
  const test = testFile === undefined ? {} : { testFile };
  return { source: 'csv', file, labelColumn, ...test, testFraction: 0.2, normalize: 'standardize' };
}

function idxSource([trainImages, trainLabels, testImages, testLabels]: readonly string[]): DataSource {
  return { source: 'idx', trainImages, trainLabels, testImages, testLabels };
}

function lastColumn(file: string): string {
  const column = readCsvTable(file).header.at(-1);
  if (column === undefined || column === '') throw usage('The label column is not clear: name it with --label-column.');
  return column;
}

function usage(message: string): ToolError {
  const hint =
    'For example: grapes data import flowers.csv --label-column species, grapes data import samples.npz, or with four files: grapes data import train-images train-labels test-images test-labels. docs/data.md has the other sources, which are written by hand.';
  return new ToolError('USAGE', message, { hint, context: { command: 'data import' } });
}

function copyInto(folder: string, file: string): void {
  const target = join(folder, basename(file));
  if (target === file) return;
  try {
    mkdirSync(folder, { recursive: true });
    copyFileSync(file, target);
  } catch (cause) {
    throw diskError(target, cause);
  }
}

function summarize({ inputShape, classNames, train, test }: Dataset): Record<string, unknown> {
  return { inputShape, classNames, trainSamples: train.count, testSamples: test.count };
}

function describe({ inputShape, classNames, train, test }: Dataset): string {
  const classes = classNames.length <= 12 ? classNames.join(', ') : `${classNames.slice(0, 12).join(', ')}, …`;
  return table([
    ['training samples', thousands(train.count)],
    ['test samples', thousands(test.count)],
    ['shape of one', inputShape.join(' × ')],
    [`${classNames.length} classes`, classes],
  ]);
}
