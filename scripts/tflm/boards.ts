// Runs .tflite models on virtual boards and holds every output byte to TFLite Micro's: `grapes deploy` compares a board with
// the reference on the inputs of `grapes verify`, the interpreter is given the same inputs, and must give the reference's bytes.
//   npm run setup:tflm && npm run build && node scripts/run-ts.mjs scripts/tflm/boards.ts SAMPLES BOARD,BOARD MODEL...
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readSample } from '../../src/ir/dataset.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import type { Integers } from '../../src/ir/tensor.js';
import { seededSamples } from '../../src/verify/seeded-samples.js';
import { imported, ours, theirs } from './interpreter.js';

/** What grapes.yaml of an imported project has, which names none. */
const PROJECT_SEED = 1;

function verifyInputs(graph: QuantizedGraph, count: number): readonly Integers[] {
  const samples = seededSamples(graph, count, PROJECT_SEED);
  const real = new Float32Array(samples.inputSize);
  return Array.from({ length: count }, (_, n) => {
    readSample(samples, n, real);
    return quantizeInput(graph, real);
  });
}

interface Said {
  readonly status: number | null;
  readonly json: {
    readonly verify?: { readonly mismatches: number; readonly samples: number };
    readonly error?: { readonly code: string; readonly message: string };
  } | null;
}

function grapes(...argv: readonly string[]): Said {
  const { status, stdout } = spawnSync(process.execPath, ['dist/cli/main.js', ...argv, '--json'], { encoding: 'utf8' });
  try {
    return { status, json: JSON.parse(stdout) as Said['json'] };
  } catch {
    return { status, json: null };
  }
}

/** On one board: what differs, or why it could not be run. */
function onBoard(project: string, board: string, samples: number): string {
  const { status, json } = grapes('deploy', '-C', project, '--board', board, '--samples', String(samples));
  if (json?.verify?.samples === samples) {
    return json.verify.mismatches === 0 ? 'same' : `${json.verify.mismatches} DIFFERENT`;
  }
  return json?.error === undefined ? `ended with ${status}` : `${json.error.code} ${json.error.message.slice(0, 160)}`;
}

const [asked, boards, ...paths] = process.argv.slice(2);
const samples = Number(asked);
let failures = 0;
for (const path of paths) {
  const graph = imported(path);
  const name = basename(path);
  if (typeof graph === 'string') {
    console.log(`${name}: ${graph}`);
    continue;
  }
  const inputs = verifyInputs(graph, samples);
  const { error, outputsSha256 } = theirs(path, inputs);
  const reference =
    error !== undefined ? `TFLM: ${error}` : outputsSha256 === ours(graph, inputs) ? 'same' : 'DIFFERENT';
  const dir = mkdtempSync(join(tmpdir(), 'boards-'));
  const project = join(dir, 'net');
  grapes('import', path, '--out', project, '--name', 'net');
  const said = boards.split(',').map((board) => `${board} ${onBoard(project, board, samples)}`);
  rmSync(dir, { recursive: true });
  if (reference !== 'same' || said.some((line) => !line.endsWith(' same'))) failures++;
  console.log(`${name}: reference as TFLite Micro: ${reference}; as the reference: ${said.join(', ')}`);
}
process.exitCode = failures === 0 ? 0 : 1;
