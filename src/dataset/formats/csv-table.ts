import { parse } from 'csv-parse/sync';
import { ToolError } from '../../errors/tool-error.js';
import { readDataFile } from '../read-data-file.js';

/** A CSV file as text, cell by cell, with the header apart. */
export interface CsvTable {
  readonly file: string;
  readonly digest: string;
  readonly header: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/** Reads a file, which may be gzip. */
export function readCsvTable(file: string): CsvTable {
  const { bytes, digest } = readDataFile(file);
  return { digest, ...parseCsvTable(bytes, file) };
}

/** `file` is only what messages call it. */
export function parseCsvTable(bytes: Uint8Array, file: string): Omit<CsvTable, 'digest'> {
  let records: { info: { lines: number }; record: string[] }[];
  try {
    const options = { info: true, bom: true, trim: true, skip_empty_lines: true };
    // With `info`, a record comes with the line on which it ends; the package's types do not know that.
    records = parse(Buffer.from(bytes), options) as unknown as typeof records;
  } catch (cause) {
    const { code, lines } = cause as { code?: string; lines?: number };
    const open = code === 'CSV_QUOTE_NOT_CLOSED';
    const line = open ? lineOfOpenQuote(bytes) : (lines ?? 0);
    const what = open ? 'a quote opens here that is never closed' : (cause as Error).message;
    throw new ToolError('DATASET_CSV_SYNTAX', `${file}:${String(line)}: ${what}.`, {
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
  return { file, header, rows };
}

/** The line on which the quote opens that the file never closes. A doubled quote stands for one. */
function lineOfOpenQuote(bytes: Uint8Array): number {
  const QUOTE = 0x22;
  const NEWLINE = 0x0a;
  let line = 1;
  let openedOn = 0;
  let open = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === NEWLINE) line++;
    if (bytes[i] !== QUOTE) continue;
    if (open && bytes[i + 1] === QUOTE) {
      i++;
      continue;
    }
    open = !open;
    if (open) openedOn = line;
  }
  return openedOn;
}

/** Position of a column that has to be there once. */
export function columnIndex({ file, header }: Pick<CsvTable, 'file' | 'header'>, column: string): number {
  const index = header.indexOf(column);
  if (index >= 0 && header.indexOf(column, index + 1) < 0) return index;
  const problem = index < 0 ? 'no column' : 'more than one column';
  throw new ToolError('DATASET_CSV_COLUMN', `${file} has ${problem} '${column}'. Its columns: ${header.join(', ')}.`, {
    context: { file, line: 1, column, columns: header },
  });
}

/** Decimal numbers only: `Number` would also take '', '0x10' and 'Infinity'. */
export function numberOf(cell: string, file: string, line: number, column: string): number {
  const value = Math.fround(Number(cell));
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) && Number.isFinite(value)) return value;
  const what = cell === '' ? 'is empty' : `is '${cell}', not a number that float32 can hold`;
  throw new ToolError('DATASET_CSV_NUMBER', `${file}:${String(line)}: column '${column}' ${what}.`, {
    context: { file, line, column, value: cell },
  });
}
