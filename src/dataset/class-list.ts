import { ToolError } from '../errors/tool-error.js';

/** More would not fit the 8-bit labels. */
const MAX_CLASSES = 256;

/** The labels that occur, each once: by value if all are whole numbers, otherwise by name. */
export function classList(labels: Iterable<string>, origin: string): string[] {
  const names = [...new Set(labels)];
  const areIntegers = names.every((name) => /^-?\d+$/.test(name));
  names.sort(areIntegers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  if (names.length <= MAX_CLASSES) return names;
  const message = `${origin} holds ${String(names.length)} different labels; ${String(MAX_CLASSES)} is the most.`;
  throw new ToolError('DATASET_LABEL_RANGE', message, { context: { file: origin, classes: names.length } });
}
