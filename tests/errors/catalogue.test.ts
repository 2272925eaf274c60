import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ERROR_CATALOGUE, exitCodeOf } from '../../src/errors/catalogue.js';
import { EXIT } from '../../src/errors/exit-codes.js';
import { packageRoot } from '../../src/util/package-root.js';

const src = join(packageRoot(), 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const text = new Map(files.map((file) => [file.split('\\').join('/'), readFileSync(join(src, file), 'utf8')]));

void t.test('every raised code is catalogued', async (t) => {
  for (const [file, source] of text) {
    for (const [, code] of source.matchAll(/new [A-Z]\w*Error\(\s*'([A-Z][A-Z0-9_]+)'/g)) {
      t.ok(ERROR_CATALOGUE[code], `${file} raises ${code}`);
    }
  }
});

void t.test('every catalogued code is used, and defined once', async (t) => {
  const catalogue = [...text].filter(([file]) => file.startsWith('errors/catalogue/'));
  const elsewhere = [...text].filter(([file]) => !file.startsWith('errors/catalogue')).map(([, source]) => source);
  const all = elsewhere.join('\n');
  for (const code of Object.keys(ERROR_CATALOGUE)) {
    t.ok(
      ["'", '"', '`'].some((q) => all.includes(q + code + q)),
      `${code} is used`,
    );
    const definitions = catalogue.filter(([, source]) => new RegExp(`^  ${code}: `, 'm').test(source));
    t.equal(definitions.length, 1, `${code} is defined in one file`);
  }
});

void t.test('every entry says what, why, and what to do', async (t) => {
  for (const [code, entry] of Object.entries(ERROR_CATALOGUE)) {
    t.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    t.notMatch(entry.title, /\.$/, `${code}: a title is no sentence`);
    for (const sentence of [entry.explanation, entry.hint])
      t.match(sentence, /\S{2}.*[.!?`)]$/, `${code}: ${sentence}`);
    t.ok((Object.values(EXIT) as number[]).includes(entry.exitCode), `${code} has a published exit code`);
    t.not(entry.exitCode, EXIT.ok);
  }
  t.equal(exitCodeOf('NOT_A_CODE'), EXIT.unexpected);
});
