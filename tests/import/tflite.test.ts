// .tflite in: the four MLPerf Tiny models against TFLite Micro's own outputs, and files that are damaged or hostile.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isToolError } from '../../src/errors/tool-error.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import { graphMacs, runInt8 } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';
import { sharedFolder } from '../shared.js';
import { seededInputs } from './seeded-inputs.js';

interface Recorded {
  readonly model: string;
  readonly modelSha256: string;
  readonly samples: number;
  readonly outputsSha256: string;
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../vectors/tflm/mlperf-tiny.json', import.meta.url), 'utf8'),
) as Recorded[];
/** MACs of the reference models, by an independent count over their layers. */
const MACS = [2656768, 12501632, 7489664, 264192];
const models = sharedFolder('models/mlperf-tiny');
const skip = models === null ? 'the models of ../shared are not here' : false;
const load = (name: string): Uint8Array => new Uint8Array(readFileSync(join(models!, name)));
const options = { name: 'net', toolVersion: '0', rounding: 'tflite' } as const;

void t.test('the MLPerf Tiny models give the bytes that TFLite Micro gives', { skip }, async (t) => {
  RECORDED.forEach(({ model, modelSha256, samples, outputsSha256 }, k) => {
    const file = load(model);
    t.equal(sha256Hex(file), modelSha256, `${model} is the file that was recorded`);
    const graph = importTflite(file, options);
    t.equal(graphMacs(graph), MACS[k], model);
    const outputs = seededInputs(samples, elementCount(graph.tensors[graph.input].shape)).map(
      (x) => runInt8(graph, x).output,
    );
    t.equal(sha256Hex(...outputs.map((y) => new Uint8Array(y.buffer))), outputsSha256, model);

    const { json, bin } = graphToFiles(graph);
    t.same(graphFromFiles(json, bin), graph, `${model} survives the disk`);
    const single = importTflite(file, { ...options, rounding: 'single' });
    t.ok(outputsDifferByOne(graph, single, samples), `${model}: one rounding is close to two`);
  });
});

/** Single rounding moves outputs a little; a softmax makes more of it. On average less than four units. */
function outputsDifferByOne(a: QuantizedGraph, b: QuantizedGraph, samples: number): boolean {
  const size = elementCount(a.tensors[a.input].shape);
  let apart = 0;
  let values = 0;
  for (const x of seededInputs(samples, size).slice(2)) {
    const [y, z] = [runInt8(a, x).output, runInt8(b, x).output];
    y.forEach((v, i) => (apart += Math.abs(v - z[i])));
    values += y.length;
  }
  return apart <= 4 * values;
}

void t.test('a damaged file is refused with a code of ours, quickly', { skip }, async (t) => {
  const file = load('kws_ref_model.tflite');
  const outcomes = new Map<string, number>();
  const attempt = (damaged: Uint8Array): void => {
    let outcome = 'imported';
    try {
      importTflite(damaged, options);
    } catch (error) {
      if (!isToolError(error)) throw error;
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  for (let length = 0; length < file.length; length += 499) attempt(file.subarray(0, length));
  t.same([...outcomes.keys()], ['IMPORT_TFLITE_INVALID'], 'cut short');
  const started = performance.now();
  // Most bytes are weights; what steers the reader stands at the ends.
  let state = 1;
  for (let n = 0; n < 600; n++) {
    const damaged = file.slice();
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const edge = (state >>> 8) % 2 === 0 ? state % 4000 : file.length - 1 - (state % 9000);
    damaged[edge] = (damaged[edge] ^ (1 << (state >>> 29))) & 255;
    attempt(damaged);
  }
  t.ok((outcomes.get('imported') ?? 0) > 0 && outcomes.size >= 3, [...outcomes].join(' '));
  t.ok(performance.now() - started < 60_000, 'no hang');
  t.throws(() => importTflite(new TextEncoder().encode('not a model'), options), { code: 'IMPORT_TFLITE_INVALID' });
});
