import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { Rounding } from '../../src/ir/requantize.js';
import { sharedFolder } from '../../tests/shared.js';
import { withInt4Weights } from '../../tests/ir/int4-weights.js';
import { benchGraph } from '../instructions/models.js';
import { withInt16Activations } from './widths.js';

/** A network to run: one of the four of MLPerf Tiny, or a fully connected one with random weights. */
export interface Work {
  readonly id: string;
  /** Multiply-accumulates of the network as published, whatever graph passes make of it. */
  readonly macs: number;
  /** Null where the model file is not there. */
  readonly load: ((rounding: Rounding) => QuantizedGraph) | null;
}

function mlperf(id: string, file: string, macs: number): Work {
  const folder = sharedFolder('models/mlperf-tiny');
  return {
    id,
    macs,
    load:
      folder === null
        ? null
        : (rounding) => importTflite(readFileSync(join(folder, file)), { name: id, toolVersion: 'bench', rounding }),
  };
}

export const WORKS: readonly Work[] = [
  mlperf('kws', 'kws_ref_model.tflite', 2_656_768),
  mlperf('resnet8', 'pretrainedResnet_quant.tflite', 12_501_632),
  mlperf('vww', 'vww_96_int8.tflite', 7_489_664),
  mlperf('ad', 'ad01_int8.tflite', 264_192),
  {
    id: 'fc',
    macs: 268_800,
    load: (rounding) => benchGraph({ id: 'fc', sizes: [784, 256, 256, 10], learns: false, allAlive: false }, rounding),
  },
];

/** The same networks in other widths, counted where `--work` names them: weights of int4, activations of int16. */
export const WIDTH_WORKS: readonly Work[] = WORKS.flatMap((work) => [
  changed(work, 'int16', withInt16Activations),
  changed(work, 'int4', (graph) => withInt4Weights(graph, () => true)),
]);

function changed(work: Work, width: string, change: (graph: QuantizedGraph) => QuantizedGraph): Work {
  const { id, macs, load } = work;
  return { id: `${id}-${width}`, macs, load: load === null ? null : (rounding) => change(load(rounding)) };
}
