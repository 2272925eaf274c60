import { ToolError } from '../../errors/tool-error.js';

const KEYWORDS = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main'
  ).split(' '),
);

/** The prefix of every generated symbol: the graph's name, which has to be a C identifier already. */
export function modelPrefix(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || KEYWORDS.has(name) || name.startsWith('grapes_') || name === 'grapes') {
    throw new ToolError(
      'EXPORT_BAD_NAME',
      `The model's name "${name}" cannot prefix C symbols: lower-case letters, digits and _, not a C keyword, not "grapes".`,
      { context: { name } },
    );
  }
  return name;
}

/** One identifier part per op, unique, in order: other characters become _, repeats get a number. */
export function opSymbols(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    const base = name.toLowerCase().replace(/[^a-z0-9_]/g, '_') || 'op';
    let symbol = base;
    for (let n = 2; used.has(symbol); n++) symbol = `${base}_${n}`;
    used.add(symbol);
    return symbol;
  });
}
