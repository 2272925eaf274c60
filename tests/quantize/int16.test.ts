// 16-bit activations as an option of the network or of a layer.
import t from 'tap';
import { exportTflite } from '../../src/import/tflite/export-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import type { LayerQuantizeOptions, QuantizeOptions } from '../../src/ir/options.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { prepare } from '../../src/quantize/prepare.js';
import { quantize } from '../../src/quantize/quantize.js';
import { checkLearnedWidths } from '../../src/quantize/widths.js';
import { L, layered, OPTIONS, randomSamples, sampleOf } from './layered.js';

const float = layered(
  [8, 8, 2],
  [
    L.named('first', L.conv(5, 3, 1, 'tanh')),
    L.named('second', L.depthwise(1, 3, 2, 'relu')),
    L.pool('average_pool_2d'),
    L.flatten,
    L.named('last', L.dense(3)),
  ],
);
const samples = randomSamples(1, 60, 128);

/** Signal to noise at the output in dB. */
function sqnr(graph: QuantizedGraph): number {
  let [signal, noise] = [0, 0];
  const { scale, zeroPoint } = graph.tensors[graph.output].quant!;
  for (let n = 0; n < samples.count; n++) {
    const x = sampleOf(samples, n);
    const { output } = runInt8(graph, quantizeInput(graph, x));
    runFloat(float, x).output.forEach((v, i) => {
      signal += v * v;
      noise += (v - scale[0] * (output[i] - zeroPoint[0])) ** 2;
    });
  }
  return 10 * Math.log10(signal / noise);
}

const made = (options: Partial<QuantizeOptions>): QuantizedGraph =>
  quantize(float, samples, { ...OPTIONS, ...options }).output;
const only = (layers: Record<string, LayerQuantizeOptions>): QuantizedGraph => made({ layers });
const kinds = (graph: QuantizedGraph): string => graph.ops.map(({ kind }) => kind).join(' ');
const widths = (graph: QuantizedGraph): string =>
  [graph.input, ...graph.ops.map((op) => op.output)].map((id) => graph.tensors[id].dtype.slice(3)).join(' ');

void t.test('all of it: int16 from edge to edge, and finer', async (t) => {
  const graph = made({ activationBits: 16 });
  t.equal(kinds(graph), 'conv_2d tanh depthwise_conv_2d average_pool_2d fully_connected');
  t.equal(widths(graph), '16 16 16 16 16 16');
  const [wide, narrow] = [sqnr(graph), sqnr(made({}))];
  t.ok(wide > narrow + 3, `${wide} dB instead of ${narrow}`);
});

void t.test('one layer: rescales at its borders, int8 at the edges', async (t) => {
  const graph = only({ second: { activationBits: 16 } });
  t.equal(kinds(graph), 'conv_2d lookup rescale depthwise_conv_2d average_pool_2d rescale fully_connected');
  t.equal(widths(graph), '8 8 8 16 16 16 8 8');
  t.equal(widths(only({ last: { activationBits: 16 } })), '8 8 8 8 8 16 16 8', 'the output goes back to int8');
  t.equal(widths(only({ input: { activationBits: 16 }, first: { activationBits: 16 } })), '16 16 16 8 8 8 8');
});

void t.test('written as .tflite and read back: the same integers', async (t) => {
  for (const graph of [made({ activationBits: 16 }), only({ second: { activationBits: 16 } })]) {
    const again = importTflite(exportTflite(graph, 'test'), { name: 'net', toolVersion: '0', rounding: 'tflite' });
    const x = quantizeInput(graph, sampleOf(samples, 0));
    t.same(runInt8(again, x).output, runInt8(graph, x).output, kinds(graph));
  }
});

void t.test('what cannot be is refused before any work', async (t) => {
  t.throws(() => made({ activationBits: 16, weightBits: 4 }), { code: 'QUANTIZE_WIDTHS' });
  const options = { ...OPTIONS, activationBits: 16 as const };
  t.throws(() => checkLearnedWidths(prepare(float), options, new Set(['last'])), { code: 'LEARN_UNSUPPORTED' });
  const below = { ...options, layers: { last: { activationBits: 8 as const } } };
  t.doesNotThrow(() => checkLearnedWidths(prepare(float), below, new Set(['last'])));
});
