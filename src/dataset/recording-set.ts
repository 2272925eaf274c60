import { ToolError } from '../errors/tool-error.js';
import type { RecordingSet, RowRule } from '../ir/data-source.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';
import type { FileSet } from './file-set.js';
import { classList } from './class-list.js';
import { columnIndex, parseCsvTable } from './formats/csv-table.js';

/** A file of a set of recordings. */
export interface Recording {
  /** Path within the root. */
  readonly name: string;
  /** Null where the recording's own rows hold the labels. */
  readonly label: string | null;
}

/** The recordings of every part; `train` and `test` are always among them. */
export interface RecordingParts {
  readonly parts: ReadonlyMap<string, readonly Recording[]>;
  /** The classes in the order of their numbers; empty where the recordings' rows hold the labels. */
  readonly classNames: readonly string[];
}

/** A file and what the manifest says of it, column by column. */
interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Which files belong to which part and class.
 * @param ending of the recordings, for sets without a manifest: `.wav`
 * @param labelled false: the labels stand in the recordings themselves
 */
export function recordingParts(
  set: RecordingSet,
  files: FileSet,
  seed: number,
  ending: string,
  labelled: boolean,
): RecordingParts {
  const rows = set.manifest === null ? filesAsRows(files, ending) : manifestRows(set, files);
  const labelOf = labelled ? labelRule(set, files) : (): null => null;
  const parts = new Map<string, Recording[]>();
  for (const [part, members] of partsOf(rows, set, files, seed)) {
    parts.set(
      part,
      members.map((row) => ({ name: row.name, label: labelOf(row) })),
    );
  }
  for (const part of ['train', 'test']) {
    if ((parts.get(part)?.length ?? 0) === 0) {
      throw new ToolError('DATASET_EMPTY', `${files.origin} gives no recordings for '${part}'.`, {
        hint: 'Check `data.parts` in grapes.yaml, or the column `split` of the manifest.',
        context: { file: files.origin, part, recordings: rows.length },
      });
    }
  }
  if (!labelled) return { parts, classNames: [] };
  if (set.classes !== null) return { parts, classNames: Object.keys(set.classes) };
  const names = [...parts.values()].flat().map(({ label }) => label ?? '');
  return { parts, classNames: classList(names, files.origin) };
}

function filesAsRows(files: FileSet, ending: string): Row[] {
  const rows = files.names.filter((name) => name.toLowerCase().endsWith(ending)).map((name) => ({ name, cells: {} }));
  if (rows.length > 0) return rows;
  throw new ToolError('DATASET_EMPTY', `${files.origin} holds no ${ending} files.`, {
    context: { file: files.origin, ending },
  });
}

function manifestRows({ manifest }: RecordingSet, files: FileSet): Row[] {
  const { file, fileColumn } = manifest ?? { file: '', fileColumn: '' };
  const path = files.pathOf(file);
  const table = { ...parseCsvTable(files.read(file), path), file: path };
  const column = columnIndex(table, fileColumn);
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return table.rows.map(({ line, cells }) => {
    const name = folder + cells[column];
    if (!files.has(name)) {
      const message = `${path}:${String(line)} names ${cells[column]}, which is not in ${files.origin}.`;
      throw new ToolError('DATASET_FILE_MISSING', message, {
        context: { file: files.pathOf(name), manifest: path, line },
      });
    }
    return { name, cells: Object.fromEntries(table.header.map((key, i) => [key, cells[i]])) };
  });
}

function labelRule({ classes, manifest }: RecordingSet, files: FileSet): (row: Row) => string {
  if (classes !== null) {
    return (row) => {
      const found = Object.entries(classes).find(([, rule]) => holds(rule, row, files))?.[0];
      if (found !== undefined) return found;
      throw new ToolError('DATASET_LABEL_RANGE', `No rule of data.classes holds for ${files.pathOf(row.name)}.`, {
        hint: 'Leave the file out with `data.parts`, or add a rule to `data.classes`.',
        context: { file: files.pathOf(row.name), classes: Object.keys(classes) },
      });
    };
  }
  if (manifest === null) return ({ name }) => name.split('/').at(-2) ?? '';
  return (row) => cell(row, manifest.labelColumn, files);
}

function partsOf(rows: readonly Row[], set: RecordingSet, files: FileSet, seed: number): [string, Row[]][] {
  if (set.parts !== null) return byRules(rows, set.parts, files);
  if (rows.every(({ cells }) => 'split' in cells)) {
    const names = new Map([['val', 'validation']]);
    const partOf = ({ cells }: Row): string => names.get(cells['split']) ?? cells['split'];
    return [...new Set(rows.map(partOf))].map((part) => [part, rows.filter((row) => partOf(row) === part)]);
  }
  const { kept, drawn } = partition(rows.length, set.testFraction, Rng.forPurpose(seed, 'dataset/split'));
  const pick = (indices: Uint32Array): Row[] => Array.from(indices, (i) => rows[i]);
  return [
    ['train', pick(kept)],
    ['test', pick(drawn)],
  ];
}

/** A row may be in several parts, but what trains must not be in any other. */
function byRules(rows: readonly Row[], rules: Readonly<Record<string, RowRule>>, files: FileSet): [string, Row[]][] {
  const parts = Object.entries(rules).map(([part, rule]): [string, Row[]] => [
    part,
    rows.filter((row) => holds(rule, row, files)),
  ]);
  const trained = new Set(parts.find(([part]) => part === 'train')?.[1]);
  for (const [part, members] of parts) {
    const twice = part === 'train' ? undefined : members.find((row) => trained.has(row));
    if (twice === undefined) continue;
    throw new ToolError('DATASET_PARTS_OVERLAP', `${twice.name} is in data.parts.train and in data.parts.${part}.`, {
      context: { file: twice.name, part },
    });
  }
  return parts;
}

function holds(rule: RowRule, row: Row, files: FileSet): boolean {
  return Object.entries(rule).every(([column, wanted]) =>
    [wanted].flat().some((value) => String(value) === cell(row, column, files)),
  );
}

function cell({ cells }: Row, column: string, { origin }: FileSet): string {
  if (column in cells) return cells[column];
  const columns = Object.keys(cells);
  const message = `The manifest of ${origin} has no column '${column}'. Its columns: ${columns.join(', ')}.`;
  throw new ToolError('DATASET_CSV_COLUMN', message, { context: { file: origin, column, columns } });
}
