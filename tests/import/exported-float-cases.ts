import { exportFloatTflite } from '../../src/import/tflite/export-float-tflite.js';
import type { FloatGraph } from '../../src/ir/graph.js';
import { L, layered } from '../quantize/layered.js';
import { layerCases } from '../train/layer-cases.js';

export interface ExportedFloat {
  readonly name: string;
  readonly graph: FloatGraph;
  readonly file: Uint8Array;
}

const NOT_IN_TFLITE = ['simple_rnn', 'gru', 'snu', 'rate_code', 'fake_quantize'];

/** The networks around each layer type that are written as float .tflite files. */
export function exportedFloatCases(): readonly ExportedFloat[] {
  const cases = layerCases().filter(({ layers }) => !layers.some(({ type }) => NOT_IN_TFLITE.includes(type)));
  const sums = [
    L.named('a', L.conv(3, 3, 1, 'relu')),
    L.named('b', L.conv(3, 3, 1, 'sigmoid')),
    L.add(['input', 'a', 'b'], 'relu6'),
    L.norm('relu'),
    L.activation('none'),
    L.globalAverage,
    L.dense(3),
  ];
  return [...cases, { name: 'three summands', inputShape: [6, 6, 3], layers: sums }].map(
    ({ name, inputShape, layers }) => {
      const graph = layered(inputShape, layers);
      return { name, graph, file: exportFloatTflite(graph, 'grapes-mcu') };
    },
  );
}
