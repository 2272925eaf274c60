// Writes tests/vectors/tflm/random-graphs.json, random-int4-graphs.json, random-int16-graphs.json, random-further-graphs.json and random-float-graphs.json:
// random models of tests/import/random-tflite.ts
// and random-float-tflite.ts, and what TFLite Micro's interpreter makes of them.
//   npm run setup:tflm && node scripts/run-ts.mjs scripts/tflm/random-graphs.ts [COUNT [NAME...]]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportedFloatCases } from '../../tests/import/exported-float-cases.js';
import { randomFloatTflite } from '../../tests/import/random-float-tflite.js';
import {
  randomFurtherTflite,
  randomInt16Tflite,
  randomInt4Tflite,
  randomTflite,
  type RandomTflite,
} from '../../tests/import/random-tflite.js';

/** Inputs for each model: all -128, all 127, and random ones. */
const SAMPLES = 4;

interface Ran {
  readonly error?: string;
  readonly modelSha256: string;
  readonly outputsSha256: string;
  readonly outputs: readonly (readonly number[])[];
}

const FLOAT_GRAPHS = 72;
const INT4_GRAPHS = 60;
const INT16_GRAPHS = 120;
const FURTHER_GRAPHS = 120;
const BY = 'TFLite Micro (setup:tflm) by scripts/tflm/random-graphs.ts';

/** What the interpreter says of each file; those that it refuses are named and left out. */
function ranByTflm(
  files: readonly { readonly seed: number; readonly file: Uint8Array }[],
  samples: number,
): (Ran | null)[] {
  const dir = mkdtempSync(join(tmpdir(), 'random-graphs-'));
  const paths = files.map(({ seed, file }) => {
    const path = join(dir, `${seed}.tflite`);
    writeFileSync(path, file);
    return path;
  });
  const run = spawnSync('.peers/tflm/bin/python', ['scripts/tflm/run.py', String(samples), ...paths], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  rmSync(dir, { recursive: true });
  if (run.status !== 0) throw new Error(run.stderr);
  const ran = JSON.parse(run.stdout.slice(run.stdout.indexOf('[\n'))) as Ran[];
  return ran.map((row, k) => {
    if (row.error === undefined) return row;
    console.error(`seed ${files[k].seed}: ${row.error}`);
    return null;
  });
}

function write(name: string, samples: number, rows: readonly unknown[]): void {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const head = `{\n  "computedBy": ${JSON.stringify(BY)},\n  "samples": ${samples},\n  "graphs": [\n`;
  writeFileSync(`tests/vectors/tflm/${name}.json`, `${head}${lines}\n  ]\n}\n`);
  console.error(`${name}: ${rows.length} models`);
}

const count = Number(process.argv[2] ?? 300);
/** Names of the files to write; none: all. */
const only = process.argv.slice(3);
const isWanted = (name: string): boolean => only.length === 0 || only.includes(name);

function writeIntegers(name: string, models: number, draw: (seed: number) => RandomTflite): void {
  if (!isWanted(name)) return;
  const graphs = Array.from({ length: models }, (_, seed) => ({ seed, ...draw(seed) }));
  const rows = ranByTflm(graphs, SAMPLES).flatMap((ran, k) => {
    if (ran === null) return [];
    const { seed, codes } = graphs[k];
    return [{ seed, model: ran.modelSha256.slice(0, 16), outputs: ran.outputsSha256, ops: codes.join(' ') }];
  });
  write(name, SAMPLES, rows);
}

writeIntegers('random-graphs', count, randomTflite);
writeIntegers('random-int4-graphs', INT4_GRAPHS, randomInt4Tflite);
writeIntegers('random-int16-graphs', INT16_GRAPHS, randomInt16Tflite);
writeIntegers('random-further-graphs', FURTHER_GRAPHS, randomFurtherTflite);

function writeFloats(): void {
  const floats = Array.from({ length: FLOAT_GRAPHS }, (_, seed) => ({ seed, file: randomFloatTflite(seed) }));
  const real = ranByTflm(floats, 3).flatMap((ran, seed) =>
    ran === null ? [] : [{ seed, model: ran.modelSha256.slice(0, 16), outputs: ran.outputs }],
  );
  write('random-float-graphs', 3, real);
}

if (isWanted('random-float-graphs')) writeFloats();

function writeExportedFloats(): void {
  const cases = exportedFloatCases().map(({ name, file }, seed) => ({ name, file, seed }));
  const rows = ranByTflm(cases, 3).flatMap((ran, k) =>
    ran === null ? [] : [{ name: cases[k].name, model: ran.modelSha256.slice(0, 16), outputs: ran.outputs }],
  );
  write('exported-float', 3, rows);
}

if (isWanted('exported-float')) writeExportedFloats();
