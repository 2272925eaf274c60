// Random .tflite models over all operators against what TFLite Micro's interpreter made of them: every output byte.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { exportTflite } from '../../src/import/tflite/export-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import { INTEGER_OP_KINDS } from '../../src/ir/integer-rules.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { optimize } from '../../src/optimize/optimize.js';
import { removeDeadChannels } from '../../src/optimize/passes/remove-dead-channels.js';
import { bytesOf, elementCount } from '../../src/ir/tensor.js';
import { isToolError } from '../../src/errors/tool-error.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { sha256Hex } from '../../src/util/digest.js';
import { randomFurtherTflite, randomInt16Tflite, randomInt4Tflite, randomTflite } from './random-tflite.js';
import { seededInputs } from './seeded-inputs.js';

interface Recorded {
  readonly samples: number;
  readonly graphs: readonly {
    readonly seed: number;
    readonly model: string;
    readonly outputs: string;
    readonly ops: string;
  }[];
}

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`../vectors/tflm/${name}.json`, import.meta.url), 'utf8')) as Recorded;
}

const RECORDED = recorded('random-graphs');
/** Kinds of ops that only the networks of {@link randomFurtherTflite} have. */
const FURTHER_KINDS: readonly string[] = [
  'squared_difference',
  'batch_matmul',
  'l2_normalization',
  'lstm',
  'arg_max',
  'resize_bilinear',
];
const options = { name: 'net', toolVersion: '0', rounding: 'tflite' } as const;

function digestOf(graph: QuantizedGraph): string {
  const { shape, dtype } = graph.tensors[graph.input];
  const inputs = seededInputs(RECORDED.samples, elementCount(shape), dtype);
  return sha256Hex(...inputs.map((x) => new Uint8Array(bytesOf(runInt8(graph, x).output).buffer)));
}

void t.test('TFLite Micro computes the same bytes, also from what is exported again', async (t) => {
  const kinds = new Set<string>();
  let again = 0;
  let thinned = 0;
  for (const { seed, model, outputs, ops } of RECORDED.graphs) {
    const { file } = randomTflite(seed);
    if (!sha256Hex(file).startsWith(model)) return t.fail(`seed ${seed} makes another model than the one recorded`);
    const graph = importTflite(file, options);
    graph.ops.forEach(({ kind }) => kinds.add(kind));
    if (digestOf(graph) !== outputs) t.fail(`seed ${seed} gives other bytes: ${ops}`);
    const lean = removeDeadChannels(graph);
    if (lean !== graph) thinned++;
    if (lean !== graph && digestOf(validateGraph(lean)) !== outputs)
      t.fail(`seed ${seed} without dead channels: ${ops}`);
    try {
      if (digestOf(importTflite(exportTflite(graph, 'test'), options)) !== outputs)
        t.fail(`seed ${seed} again: ${ops}`);
      again++;
    } catch (error) {
      // Slices and tables of constants do not keep where they come from.
      if (!isToolError(error) || error.code !== 'EXPORT_TFLITE_INEXPRESSIBLE') throw error;
    }
  }
  t.ok(RECORDED.graphs.length >= 200, `${RECORDED.graphs.length} models`);
  const int8Kinds = INTEGER_OP_KINDS.filter(
    (kind) => ![...FURTHER_KINDS, 'rescale', 'logistic', 'tanh'].includes(kind),
  );
  t.same([...kinds].sort(), [...int8Kinds, 'fully_connected', 'lookup'].sort(), 'every op of ours occurs');
  t.ok(thinned > 2, `${thinned} had dead channels`);
  t.ok(again > 15, `${again} exported again`);
});

void t.test('and with the operators that are drawn apart', async (t) => {
  const { graphs } = recorded('random-further-graphs');
  const kinds = new Set<string>();
  let again = 0;
  for (const { seed, model, outputs, ops } of graphs) {
    const { file } = randomFurtherTflite(seed);
    if (!sha256Hex(file).startsWith(model)) return t.fail(`seed ${seed} makes another model than the one recorded`);
    const graph = importTflite(file, options);
    graph.ops.forEach(({ kind }) => kinds.add(kind));
    if (digestOf(graph) !== outputs) t.fail(`seed ${seed} gives other bytes: ${ops}`);
    const { json, bin } = graphToFiles(graph);
    t.same(graphFromFiles(json, bin), graph, 'the graph survives the disk');
    const { output: lean } = optimize(graph, { learn: null });
    if (digestOf(lean) !== outputs) t.fail(`seed ${seed} after the exact passes: ${ops}`);
    try {
      if (digestOf(importTflite(exportTflite(graph, 'test'), options)) !== outputs)
        t.fail(`seed ${seed} again: ${ops}`);
      again++;
    } catch (error) {
      if (!isToolError(error) || error.code !== 'EXPORT_TFLITE_INEXPRESSIBLE') throw error;
    }
  }
  t.ok(graphs.length >= 100, `${graphs.length} models`);
  t.ok(again >= 8, `${again} exported again`);
  t.same(
    FURTHER_KINDS.filter((kind) => !kinds.has(kind)),
    [],
    'every one occurs',
  );
});

void t.test('and with int4 weights', async (t) => {
  const { graphs } = recorded('random-int4-graphs');
  const kinds = new Set<string>();
  for (const { seed, model, outputs, ops } of graphs) {
    const { file } = randomInt4Tflite(seed);
    if (!sha256Hex(file).startsWith(model)) return t.fail(`seed ${seed} makes another model than the one recorded`);
    const graph = importTflite(file, options);
    for (const op of graph.ops) {
      if ('weights' in op && graph.tensors[op.weights].dtype === 'int4') kinds.add(op.kind);
    }
    if (digestOf(graph) !== outputs) t.fail(`seed ${seed} gives other bytes: ${ops}`);
    const { json, bin } = graphToFiles(graph);
    t.same(graphFromFiles(json, bin), graph, 'the graph survives the disk');
    try {
      const again = importTflite(exportTflite(graph, 'test'), options);
      if (digestOf(again) !== outputs) t.fail(`seed ${seed} again: ${ops}`);
    } catch (error) {
      if (!isToolError(error) || error.code !== 'EXPORT_TFLITE_INEXPRESSIBLE') throw error;
    }
  }
  t.ok(graphs.length >= 50, `${graphs.length} models`);
  t.same([...kinds].sort(), ['conv_2d', 'depthwise_conv_2d', 'fully_connected']);
});

void t.test('and with int16 activations', async (t) => {
  const { graphs } = recorded('random-int16-graphs');
  const kinds = new Set<string>();
  const multiplierBits = new Set<number>();
  let again = 0;
  for (const { seed, model, outputs, ops } of graphs) {
    const { file } = randomInt16Tflite(seed);
    if (!sha256Hex(file).startsWith(model)) return t.fail(`seed ${seed} makes another model than the one recorded`);
    const graph = importTflite(file, options);
    for (const op of graph.ops) {
      if (graph.tensors[op.output].dtype === 'int16') kinds.add(op.kind);
      if ('weights' in op && graph.tensors[op.output].dtype === 'int16') {
        multiplierBits.add(op.requantize!.multiplierBits ?? 31);
      }
    }
    if (digestOf(graph) !== outputs) t.fail(`seed ${seed} gives other bytes: ${ops}`);
    const { json, bin } = graphToFiles(graph);
    t.same(graphFromFiles(json, bin), graph, 'the graph survives the disk');
    const { output: lean } = optimize(graph, { learn: null });
    if (digestOf(lean) !== outputs) t.fail(`seed ${seed} after the exact passes: ${ops}`);
    try {
      if (digestOf(importTflite(exportTflite(graph, 'test'), options)) !== outputs)
        t.fail(`seed ${seed} again: ${ops}`);
      again++;
    } catch (error) {
      if (!isToolError(error) || error.code !== 'EXPORT_TFLITE_INEXPRESSIBLE') throw error;
    }
  }
  t.ok(graphs.length >= 100, `${graphs.length} models`);
  t.ok(again >= 50, `${again} exported again`);
  t.same([...multiplierBits].sort(), [15, 31], 'biases of int64 and of int32');
  const without = ['prelu', ...FURTHER_KINDS];
  t.same([...kinds].sort(), [...INTEGER_OP_KINDS, 'fully_connected'].filter((kind) => !without.includes(kind)).sort());
});
