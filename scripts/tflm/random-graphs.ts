// Writes tests/vectors/tflm/random-graphs.json: random models of tests/import/random-tflite.ts and what TFLite Micro's
// interpreter makes of them.
//   npm run setup:tflm && node scripts/run-ts.mjs scripts/tflm/random-graphs.ts [COUNT]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomTflite } from '../../tests/import/random-tflite.js';

/** Inputs for each model: all -128, all 127, and random ones. */
const SAMPLES = 4;

interface Ran {
  readonly error?: string;
  readonly modelSha256: string;
  readonly outputsSha256: string;
}

const count = Number(process.argv[2] ?? 240);
const dir = mkdtempSync(join(tmpdir(), 'random-graphs-'));
const graphs = Array.from({ length: count }, (_, seed) => ({ seed, ...randomTflite(seed) }));
const paths = graphs.map(({ seed, file }) => {
  const path = join(dir, `${seed}.tflite`);
  writeFileSync(path, file);
  return path;
});
const run = spawnSync('.peers/tflm/bin/python', ['scripts/tflm/run.py', String(SAMPLES), ...paths], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (run.status !== 0) throw new Error(run.stderr);
const ran = JSON.parse(run.stdout.slice(run.stdout.indexOf('[\n'))) as Ran[];
const rows = ran.flatMap(({ error, modelSha256, outputsSha256 }, k) => {
  const { seed, codes } = graphs[k];
  if (error !== undefined) {
    console.error(`seed ${seed} (${codes.join(' ')}): ${error}`);
    return [];
  }
  return [{ seed, model: modelSha256.slice(0, 16), outputs: outputsSha256, ops: codes.join(' ') }];
});
const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
const by = 'TFLite Micro (setup:tflm) by scripts/tflm/random-graphs.ts';
writeFileSync(
  'tests/vectors/tflm/random-graphs.json',
  `{\n  "computedBy": ${JSON.stringify(by)},\n  "samples": ${SAMPLES},\n  "graphs": [\n${lines}\n  ]\n}\n`,
);
console.error(`${rows.length} of ${count} models`);
rmSync(dir, { recursive: true });
