// Imports .tflite models and compares every output byte with TFLite Micro's interpreter, on the inputs of run.py.
//   npm run setup:tflm && node scripts/run-ts.mjs scripts/tflm/compare.ts SAMPLES MODEL...
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';
import { seededInputs } from '../../tests/import/seeded-inputs.js';

interface Ran {
  readonly outputsSha256?: string;
  readonly error?: string;
}

function ours(path: string, samples: number): Ran {
  try {
    const graph = importTflite(new Uint8Array(readFileSync(path)), {
      name: 'net',
      toolVersion: '',
      rounding: 'tflite',
    });
    const inputs = seededInputs(samples, elementCount(graph.tensors[graph.input].shape));
    const outputs = inputs.map((x) => runInt8(graph, x).output);
    return { outputsSha256: sha256Hex(...outputs.map((y) => new Uint8Array(y.buffer))) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const [samples, ...paths] = process.argv.slice(2);
const run = spawnSync('.peers/tflm/bin/python', ['scripts/tflm/run.py', samples, ...paths], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (run.status !== 0) throw new Error(run.stderr);
const theirs = JSON.parse(run.stdout.slice(run.stdout.indexOf('[\n'))) as Ran[];
let differing = 0;
paths.forEach((path, k) => {
  const [a, b] = [ours(path, Number(samples)), theirs[k]];
  const same = a.error === undefined && a.outputsSha256 === b.outputsSha256;
  if (a.error === undefined && b.error === undefined && !same) differing++;
  const verdict = same ? 'same' : (a.error ?? (b.error === undefined ? 'DIFFERENT' : `TFLM: ${b.error}`));
  console.log(`${path.split('/').at(-1)}: ${verdict}`);
});
process.exitCode = differing === 0 ? 0 : 1;
