// What TFLite Micro's interpreter makes of a .tflite file, by scripts/tflm/run.py.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indicesAsBytes } from '../../src/import/tflite/convert-arg-max.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { int8Part } from '../../src/import/tflite/int8-part.js';
import { readTflite } from '../../src/import/tflite/read-model.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { bytesOf, type Integers } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';

export interface Ran {
  readonly outputsSha256?: string;
  readonly error?: string;
}

/** The graph of a file, or why it is refused. */
export function imported(path: string): QuantizedGraph | string {
  try {
    return importTflite(new Uint8Array(readFileSync(path)), { name: 'net', toolVersion: '', rounding: 'tflite' });
  } catch (error) {
    return (error as Error).message;
  }
}

/** The digest of the reference's outputs. */
export function ours(graph: QuantizedGraph, inputs: readonly Integers[]): string {
  const outputs = inputs.map((x) => runInt8(graph, x).output);
  return sha256Hex(...outputs.map((y) => new Uint8Array(bytesOf(y).buffer)));
}

/**
 * The digest of the interpreter's outputs, with scale and zero point of the int8 that float or uint8 edges of the model stand
 * for. It runs once for each model, since it ends its process on some that it does not take.
 */
export function theirs(path: string, inputs: readonly Integers[]): Ran {
  const model = indicesAsBytes(readTflite(new Uint8Array(readFileSync(path))));
  const part = int8Part(model);
  const edges = [part.inputs, part.outputs].map((ids) =>
    ids.map((id) => [model.tensors[id].quantization!.scale[0], model.tensors[id].quantization!.zeroPoint[0]]),
  );
  const dir = mkdtempSync(join(tmpdir(), 'tflm-'));
  const file = join(dir, 'inputs');
  writeFileSync(file, Buffer.concat(inputs.map((x) => Buffer.from(bytesOf(x).buffer))));
  const argv = ['scripts/tflm/run.py', '--edges', JSON.stringify(edges), '--inputs', file, String(inputs.length), path];
  const run = spawnSync('.peers/tflm/bin/python', argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  rmSync(dir, { recursive: true });
  const at = run.stdout.indexOf('[\n');
  if (run.status !== 0 || at < 0)
    return { error: run.stderr.trim().split('\n').at(-1) ?? `it ended with ${run.status}` };
  return (JSON.parse(run.stdout.slice(at)) as Ran[])[0];
}
