import { ToolError } from '../../errors/tool-error.js';
import { columnIndex, numberOf } from './csv-table.js';

/** One recording: rows × channels. */
export interface RecordingData {
  readonly rows: number;
  /** Row-major. */
  readonly values: Float32Array;
  /** A label a row, or null without a label column. */
  readonly labels: readonly string[] | null;
}

export interface RecordingColumns {
  readonly columns: readonly string[] | readonly number[];
  readonly labelColumn: string | number | null;
}

const QUOTE = 0x22;

/**
 * Reads a recording: comma-separated numbers, a line a point in time, without quotes. Columns named by text need a
 * header line; columns given as positions mean that there is none. A table of a few hundred thousand lines is read
 * here, so this is a plain loop and no general CSV parser. `file` is only what messages call it.
 */
export function parseRecording(
  bytes: Uint8Array,
  file: string,
  { columns, labelColumn }: RecordingColumns,
): RecordingData {
  const quote = bytes.indexOf(QUOTE);
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const lines = text.split(/\r?\n/);
  if (quote >= 0) {
    const line = Buffer.from(bytes.subarray(0, quote)).toString('utf8').split('\n').length;
    throw syntax(file, line, 'quotes are not understood in recordings');
  }
  const named = typeof columns[0] === 'string';
  const first = splitLine(lines[0] ?? '');
  const positions = columns.map((column) => positionOf(column, first, file));
  const labelAt = labelColumn === null ? -1 : positionOf(labelColumn, first, file);
  const body = lines.map((line, i) => ({ line, number: i + 1 })).slice(named ? 1 : 0);
  const filled = body.filter(({ line }) => line.trim() !== '');
  const values = new Float32Array(filled.length * columns.length);
  const labels: string[] = [];
  filled.forEach(({ line, number }, row) => {
    const cells = splitLine(line);
    if (cells.length !== first.length) {
      throw syntax(file, number, `${String(cells.length)} cells, but the first line has ${String(first.length)}`);
    }
    positions.forEach((position, channel) => {
      const value = numberOf(cells[position], file, number, String(columns[channel]));
      values[row * columns.length + channel] = value;
    });
    if (labelAt >= 0) labels.push(cells[labelAt]);
  });
  return { rows: filled.length, values, labels: labelAt < 0 ? null : labels };
}

function splitLine(line: string): string[] {
  return line.split(',').map((cell) => cell.trim());
}

function positionOf(column: string | number, first: readonly string[], file: string): number {
  if (typeof column === 'string') return columnIndex({ file, header: first }, column);
  if (column < first.length) return column;
  throw new ToolError(
    'DATASET_CSV_COLUMN',
    `${file} has ${String(first.length)} columns: there is no position ${String(column)}.`,
    {
      context: { file, line: 1, column, columns: first.length },
    },
  );
}

function syntax(file: string, line: number, what: string): ToolError {
  return new ToolError('DATASET_CSV_SYNTAX', `${file}:${String(line)}: ${what}.`, { context: { file, line } });
}
