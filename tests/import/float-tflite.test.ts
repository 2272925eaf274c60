// Float .tflite models as float networks, against what TFLite Micro's interpreter gives.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { importFloatTflite, isFloatTflite } from '../../src/import/tflite/import-float-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { graphMacs, runFloat } from '../../src/ir/interpret.js';
import { writeTflite, type NewTensor } from '../../src/import/tflite/write-model.js';
import { elementCount } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';
import { sharedFolder } from '../shared.js';
import { floatGraphOf } from './float-graph.js';
import { randomFloatTflite } from './random-float-tflite.js';
import { randomTflite } from './random-tflite.js';
import { seededInputs } from './seeded-inputs.js';

interface Recorded {
  readonly samples: number;
  readonly graphs: readonly { readonly seed: number; readonly model: string; readonly outputs: readonly number[][] }[];
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../vectors/tflm/random-float-graphs.json', import.meta.url), 'utf8'),
) as Recorded;
const models = sharedFolder('models/mlperf-tiny');
const skip = models === null ? 'the models of ../shared are not here' : false;

void t.test('random models give what TFLite Micro gives', async (t) => {
  for (const { seed, model, outputs } of RECORDED.graphs) {
    const file = randomFloatTflite(seed);
    t.ok(sha256Hex(file).startsWith(model), `seed ${seed} is the model that was recorded`);
    t.ok(isFloatTflite(file));
    const graph = floatGraphOf(importFloatTflite(file));
    const inputs = seededInputs(RECORDED.samples, elementCount(graph.tensors[graph.input].shape));
    inputs.forEach((x, n) => {
      const { output } = runFloat(
        graph,
        Float32Array.from(x, (q) => q / 64),
      );
      const apart = Math.max(...output.map((y, k) => Math.abs(y - outputs[n][k]) / (1 + Math.abs(outputs[n][k]))));
      t.ok(output.length === outputs[n].length && apart < 1e-5, `seed ${seed}: ${apart}`);
    });
  }
});

void t.test('the float model of MLPerf Tiny: weights of int8 are read as what they stand for', { skip }, async (t) => {
  const load = (name: string): Uint8Array => new Uint8Array(readFileSync(join(models!, name)));
  const file = load('kws_ref_model_float32.tflite');
  t.ok(isFloatTflite(file));
  const imported = importFloatTflite(file);
  t.same(imported.inputShape, [49, 10, 1]);
  const graph = floatGraphOf(imported);
  t.equal(graphMacs(graph), 2656768);
  // Probabilities of classes 5, 9 and 11 by TensorFlow 2.21's reference kernels, which quantize activations on the way.
  const tensorflow = [
    [0, 0.0045, 0.9955],
    [0, 0.0032, 0.9968],
    [0.0005, 0, 0.9995],
    [0.0076, 0.0091, 0.9833],
    [0, 0.2664, 0.7336],
    [0.0001, 0, 0.9999],
  ];
  seededInputs(8, 490)
    .slice(2)
    .forEach((x, n) => {
      const logits = runFloat(
        graph,
        Float32Array.from(x, (q) => 0.5847029089927673 * (q - 83)),
      ).output;
      const powers = Array.from(logits, (v) => Math.exp(v - Math.max(...logits)));
      const sum = powers.reduce((a, b) => a + b);
      const apart = [5, 9, 11].map((c, k) => Math.abs(powers[c] / sum - tensorflow[n][k]));
      t.ok(Math.max(...apart) < 0.15, `input ${n}: ${apart.join(', ')}`);
    });
  t.throws(() => importTflite(file, { name: 'net', toolVersion: '', rounding: 'tflite' }), {
    code: 'IMPORT_TFLITE_UNSUPPORTED',
    message: /dynamic range/,
  });
});

void t.test('what a float network here cannot hold is listed', async (t) => {
  t.notOk(isFloatTflite(randomTflite(1).file));
  const at = (name: string): NewTensor => ({
    name,
    shape: [1, 4, 4, 2],
    type: 'float32',
    quantization: null,
    data: null,
  });
  const operators = ['HARD_SWISH', 'RELU', 'GELU'].map((code, k) => ({
    code,
    inputs: [k],
    outputs: [k + 1],
    options: null,
  }));
  const tensors = ['x', 'a', 'b', 'c'].map(at);
  const file = writeTflite({ description: '', name: 'net', tensors, operators, inputs: [0], outputs: [3] });
  t.throws(() => importFloatTflite(file), {
    code: 'IMPORT_TFLITE_UNSUPPORTED_OP',
    context: { operators: ['HARD_SWISH', 'GELU'], layers: ['a', 'c'] },
  });
});
