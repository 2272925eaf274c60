// Imports .tflite models and compares every output byte with TFLite Micro's interpreter, on the inputs of run.py. The
// interpreter runs once for each model, since it ends its process on some that it does not take.
//   npm run setup:tflm && node scripts/run-ts.mjs scripts/tflm/compare.ts SAMPLES MODEL...
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { int8Part } from '../../src/import/tflite/int8-part.js';
import { readTflite } from '../../src/import/tflite/read-model.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { bytesOf, elementCount } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';
import { seededInputs } from '../../tests/import/seeded-inputs.js';

interface Ran {
  readonly outputsSha256?: string;
  readonly error?: string;
}

function imported(path: string): QuantizedGraph | string {
  try {
    return importTflite(new Uint8Array(readFileSync(path)), { name: 'net', toolVersion: '', rounding: 'tflite' });
  } catch (error) {
    return (error as Error).message;
  }
}

function ours(graph: QuantizedGraph, samples: number): string {
  const { shape, dtype } = graph.tensors[graph.input];
  const inputs = seededInputs(samples, elementCount(shape), dtype);
  const outputs = inputs.map((x) => runInt8(graph, x).output);
  return sha256Hex(...outputs.map((y) => new Uint8Array(bytesOf(y).buffer)));
}

/** With scale and zero point of the int8 that float or uint8 edges of the model stand for. */
function theirs(path: string, samples: number): Ran {
  const model = readTflite(new Uint8Array(readFileSync(path)));
  const { inputs, outputs } = int8Part(model);
  const edges = [inputs, outputs].map((ids) =>
    ids.map((id) => [model.tensors[id].quantization!.scale[0], model.tensors[id].quantization!.zeroPoint[0]]),
  );
  const argv = ['scripts/tflm/run.py', '--edges', JSON.stringify(edges), String(samples), path];
  const run = spawnSync('.peers/tflm/bin/python', argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const at = run.stdout.indexOf('[\n');
  if (run.status !== 0 || at < 0)
    return { error: run.stderr.trim().split('\n').at(-1) ?? `it ended with ${run.status}` };
  return (JSON.parse(run.stdout.slice(at)) as Ran[])[0];
}

const [samples, ...paths] = process.argv.slice(2);
let differing = 0;
for (const path of paths) {
  const graph = imported(path);
  let verdict = typeof graph === 'string' ? graph : '';
  if (typeof graph !== 'string') {
    const { error, outputsSha256 } = theirs(path, Number(samples));
    if (error !== undefined) verdict = `TFLM: ${error}`;
    else verdict = outputsSha256 === ours(graph, Number(samples)) ? 'same' : 'DIFFERENT';
  }
  if (verdict === 'DIFFERENT') differing++;
  console.log(`${path.split('/').at(-1)}: ${verdict}`);
}
process.exitCode = differing === 0 ? 0 : 1;
