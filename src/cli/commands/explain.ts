import { ERROR_CATALOGUE } from '../../errors/catalogue.js';
import { ToolError } from '../../errors/tool-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { CommandHandler } from '../command.js';
import { table } from '../output/text.js';

/** `grapes explain [CODE]`: the catalogue entry, or the list of all codes. */
export const run: CommandHandler = async ({ style }, [typed]) => {
  const codes = Object.keys(ERROR_CATALOGUE).sort();
  if (typed === undefined) {
    const rows = codes.map((code) => [code, ERROR_CATALOGUE[code].exitCode, ERROR_CATALOGUE[code].title]);
    const list = codes.map((code) => ({ code, ...ERROR_CATALOGUE[code] }));
    return { fields: { result: { codes: list } }, text: table([['code', 'exit', 'what it means'], ...rows]) };
  }
  const code = typed.toUpperCase().replace(/-/g, '_');
  const entry = ERROR_CATALOGUE[code];
  if (entry === undefined) {
    const near = didYouMean(code, codes);
    const more = near === null ? '' : ` Did you mean ${near}?`;
    throw new ToolError('EXPLAIN_UNKNOWN_CODE', `There is no error code ${typed}.${more}`, {
      context: { code: typed, suggestion: near },
    });
  }
  const text = [
    style.bold(`${code}: ${entry.title}`),
    '',
    entry.explanation,
    '',
    `${style.cyan('What to do')}: ${entry.hint}`,
    `${style.cyan('Exit code')}: ${entry.exitCode}`,
  ].join('\n');
  return { fields: { result: { codes: [{ code, ...entry }] } }, text };
};
