// Float models: how far ours are from TFLite Micro's interpreter, in parts of 1 + |output|, on the inputs of run.py.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { importFloatTflite, isFloatTflite } from '../../src/import/tflite/import-float-tflite.js';
import { readTflite } from '../../src/import/tflite/read-model.js';
import { runFloat } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { floatGraphOf } from '../../tests/import/float-graph.js';
import { seededInputs } from '../../tests/import/seeded-inputs.js';

interface Ran {
  readonly outputs?: readonly (readonly number[])[];
  readonly error?: string;
}

export function isFloat(path: string): boolean {
  try {
    return isFloatTflite(new Uint8Array(readFileSync(path)));
  } catch {
    return false;
  }
}

const FLOAT_TOLERANCE = 1e-4;

/** Our outputs are logits where the file ends in a softmax. */
function probabilities(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const powers = logits.map((v) => Math.exp(v - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((v) => v / sum);
}

export function comparedFloat(path: string, samples: number): string {
  const file = new Uint8Array(readFileSync(path));
  const model = readTflite(file);
  let graph: ReturnType<typeof floatGraphOf>;
  try {
    graph = floatGraphOf(importFloatTflite(file));
  } catch (error) {
    return (error as Error).message;
  }
  const isSoftmax = model.operators.some(({ code, outputs }) => code === 'SOFTMAX' && outputs[0] === model.outputs[0]);
  const argv = ['scripts/tflm/run.py', String(samples), path];
  const run = spawnSync('.peers/tflm/bin/python', argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const at = run.stdout.indexOf('[\n');
  const [ran] = at < 0 ? [{ error: run.stderr.slice(-200) } as Ran] : (JSON.parse(run.stdout.slice(at)) as Ran[]);
  if (ran.outputs === undefined) return `TFLM: ${ran.error}`;
  const apart = seededInputs(samples, elementCount(graph.tensors[graph.input].shape)).map((x, n) => {
    const real = Float32Array.from(x, (q) => q / 64);
    const { output } = runFloat(graph, real);
    const own = isSoftmax ? probabilities(output) : output;
    const theirs = ran.outputs![n];
    return own.reduce((worst, y, k) => Math.max(worst, Math.abs(y - theirs[k]) / (1 + Math.abs(theirs[k]))), 0);
  });
  const worst = Math.max(...apart);
  return worst < FLOAT_TOLERANCE ? `same to ${worst.toExponential(1)}` : `DIFFERENT by ${worst}`;
}
