import type { ToolError } from '../../errors/tool-error.js';
import { visibleLength } from '../../util/terminal/fit.js';
import { hintOf } from './envelope.js';
import type { Style } from './style.js';

/** An error as people read it: what and why, then what to do. */
export function errorText(error: ToolError, style: Style): string {
  const hint = hintOf(error);
  const head = `${style.red('error')} ${style.bold(error.code)}: ${error.message}`;
  return hint === null ? head : `${head}\n${style.cyan('hint')}: ${hint}`;
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number | null)[])[], indent = ''): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))));
  const widths: number[] = [];
  for (const row of cells) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))));
  return cells
    .map((row, r) =>
      row
        .map((cell, i) => {
          const space = ' '.repeat(widths[i] - visibleLength(cell));
          return typeof rows[r][i] === 'number' ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => indent + line)
    .join('\n');
}

export function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(2)} %`;
}

/** 12345 → `12,345`; the same in every locale. */
export function thousands(n: number | null): string {
  return n === null ? '-' : String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function bytes(n: number | null): string {
  return n === null ? '-' : `${thousands(n)} B`;
}

/** Indented JSON, with lists of plain numbers on one line: a confusion matrix stays readable. */
export function jsonText(value: unknown): string {
  // A string cannot hold a raw line end, so nothing inside strings is touched.
  return JSON.stringify(value, null, 2).replace(/\[\n\s*([-\d.,\seE+]+?)\n\s*\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\s+/g, ' ')}]`;
  });
}
