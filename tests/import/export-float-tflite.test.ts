// Float networks as .tflite files: read back, they compute the same; what TFLite Micro gives for them is recorded.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { exportFloatTflite } from '../../src/import/tflite/export-float-tflite.js';
import { importFloatTflite, isFloatTflite } from '../../src/import/tflite/import-float-tflite.js';
import { runFloat } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { sha256Hex } from '../../src/util/digest.js';
import { layered } from '../quantize/layered.js';
import { layerCases } from '../train/layer-cases.js';
import { floatGraphOf } from './float-graph.js';
import { exportedFloatCases } from './exported-float-cases.js';
import { seededInputs } from './seeded-inputs.js';

interface Recorded {
  readonly samples: number;
  readonly graphs: readonly { readonly name: string; readonly model: string; readonly outputs: readonly number[][] }[];
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../vectors/tflm/exported-float.json', import.meta.url), 'utf8'),
) as Recorded;

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length !== b.length ? Infinity : Math.max(...Array.from(a, (v, k) => Math.abs(v - b[k]) / (1 + Math.abs(b[k]))));

void t.test('every layer that TFLite has is written, and gives what it gave', async (t) => {
  for (const { name, file, graph } of exportedFloatCases()) {
    t.ok(isFloatTflite(file), name);
    t.same(exportFloatTflite(graph, 'grapes-mcu'), file, 'the same bytes again');
    const back = floatGraphOf(importFloatTflite(file));
    const recorded = RECORDED.graphs.find((one) => one.name === name)!;
    t.equal(sha256Hex(file).slice(0, 16), recorded.model, `${name} is the model that was recorded`);
    seededInputs(RECORDED.samples, elementCount(graph.tensors[graph.input].shape)).forEach((x, n) => {
      const input = Float32Array.from(x, (q) => q / 64);
      const own = runFloat(graph, input).output;
      t.ok(apart(own, recorded.outputs[n]) < 1e-5, `${name}: ${apart(own, recorded.outputs[n])} from TFLite Micro`);
      t.ok(apart(runFloat(back, input).output, own) < 1e-5, `${name}, read back`);
    });
  }
});

void t.test('what no .tflite holds is listed', async (t) => {
  const { inputShape, layers } = layerCases().find(({ name }) => name === 'two gru')!;
  t.throws(() => exportFloatTflite(layered(inputShape, layers), ''), {
    code: 'EXPORT_UNSUPPORTED_LAYER',
    context: { layers: [/^gru_0 \(gru\)/, /^gru_1 \(gru\)/] },
  });
});
