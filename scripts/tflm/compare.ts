// Imports .tflite models and compares every output byte with TFLite Micro's interpreter, on seeded inputs.
//   npm run setup:tflm && node scripts/run-ts.mjs scripts/tflm/compare.ts SAMPLES MODEL...
import { elementCount } from '../../src/ir/tensor.js';
import { seededInputs } from '../../tests/import/seeded-inputs.js';
import { comparedFloat, isFloat } from './compare-float.js';
import { imported, ours, theirs } from './interpreter.js';

const [samples, ...paths] = process.argv.slice(2);
let differing = 0;
for (const path of paths) {
  if (isFloat(path)) {
    const compared = comparedFloat(path, Number(samples));
    if (compared.startsWith('DIFFERENT')) differing++;
    console.log(`${path.split('/').at(-1)}: ${compared}`);
    continue;
  }
  const graph = imported(path);
  let verdict = typeof graph === 'string' ? graph : '';
  if (typeof graph !== 'string') {
    const { shape, dtype } = graph.tensors[graph.input];
    const inputs = seededInputs(Number(samples), elementCount(shape), dtype);
    const { error, outputsSha256 } = theirs(path, inputs);
    if (error !== undefined) verdict = `TFLM: ${error}`;
    else verdict = outputsSha256 === ours(graph, inputs) ? 'same' : 'DIFFERENT';
  }
  if (verdict === 'DIFFERENT') differing++;
  console.log(`${path.split('/').at(-1)}: ${verdict}`);
}
process.exitCode = differing === 0 ? 0 : 1;
