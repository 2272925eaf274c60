// GRAPES and its optimizers against numbers computed elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { GrapesOptions } from '../../src/ir/options.js';
import { packageRoot } from '../../src/util/package-root.js';
import { sharedFolder } from '../shared.js';
import { runGolden, type GoldenFile } from './golden-run.js';

/** Absolute, in float32 after eight batches: a few hundred rounding errors. */
const TOLERANCE = 1e-5;

function checkFile(test: Test, path: string, variant: GrapesOptions['variant']): void {
  const file = JSON.parse(readFileSync(path, 'utf8')) as GoldenFile;
  const { cases } = file;
  test.ok(cases.length > 0);
  for (const golden of cases) {
    const difference = runGolden(file, golden, variant);
    const name = `${golden.learn} ${golden.update} ${golden.activation}`;
    test.ok(Math.max(...Object.values(difference)) < TOLERANCE, `${name}: ${JSON.stringify(difference)}`);
  }
}

t.test('a small network, from plain Python that follows the definition to the letter', (test) => {
  checkFile(test, join(packageRoot(), 'tests/vectors/grapes/net5-3-2-3_b2.json'), 'definition');
  test.end();
});

const reference = sharedFolder('reference/grapes');
const files = [
  'net12-8-6-4_b4_sgd.json',
  'net12-8-6-4_b4_mom.json',
  'net12-8-6-4_b4_nag.json',
  'net12-8-6-4_b4_rmsprop.json',
  'net12-8-6-4_b4_adam.json',
  'net12-8-6-4_b1.json',
  'net20-16-10_b1.json',
  'net20-16-10_b4.json',
  'net12-8-6-4_b4_dropout.json',
];
for (const file of files) {
  const skip = reference === null ? 'the reference vectors are not here' : false;
  t.test(`reference implementation: ${file}`, { skip }, (test) => {
    checkFile(test, join(reference ?? '', file), 'reference');
    test.end();
  });
}
