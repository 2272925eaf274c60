// Exact passes: the same bytes for every input, with less to do. The reference interpreter runs both graphs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { graphMacs, runInt8 } from '../../src/ir/interpret.js';
import { elementCount, type Integers } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { valueRanges } from '../../src/optimize/analysis/value-ranges.js';
import { optimize } from '../../src/optimize/optimize.js';
import { removeDeadChannels } from '../../src/optimize/passes/remove-dead-channels.js';
import { Rng } from '../../src/util/rng.js';
import { seededInputs } from '../import/seeded-inputs.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { sharedFolder } from '../shared.js';
import { withWaste } from './random-waste.js';

const GRAPHS = 160;
const inputsOf = (graph: QuantizedGraph, count: number): Integers[] =>
  seededInputs(count, elementCount(graph.tensors[graph.input].shape));

void t.test('random graphs full of waste: same bytes, fewer MACs', async (t) => {
  const rng = new Rng(40);
  let saved = 0;
  const found = new Set<string>();
  const rounds = { tflite: 0, single: 0 };
  for (let n = 0; n < GRAPHS; n++) {
    const rounding = n % 3 === 2 ? 'single' : 'tflite';
    const graph = withWaste(randomIntegerGraph(rng, rounding), rng);
    const { output, report } = optimize(graph, { learn: null });
    validateGraph(output);
    report.passes.forEach((name) => found.add(name));
    // To the single channel, as kernels with another unit would want it.
    const bare = validateGraph(removeDeadChannels(graph, new Set(), 1));
    const differing = inputsOf(graph, 8).filter((x) =>
      [output, bare].some((made) => String(runInt8(graph, x).output) !== String(runInt8(made, x).output)),
    );
    if (differing.length > 0) t.fail(`graph ${n}: ${graph.ops.map((op) => op.kind).join(' ')}`);
    if (report.macs.after < report.macs.before) {
      saved++;
      rounds[rounding]++;
    }
    if (report.macs.after > report.macs.before) t.fail(`graph ${n} has more MACs`);
    if (optimize(output, { learn: null }).output !== output) t.fail(`graph ${n}: something was left to find`);
  }
  t.ok(saved > GRAPHS / 3 && rounds.single > 20, `${saved} of ${GRAPHS} graphs lost MACs`);
  t.same([...found].sort(), [
    'fold-constants',
    'fold-pads',
    'merge-copies',
    'merge-lookups',
    'remove-dead-channels',
    'remove-no-ops',
  ]);
});

void t.test('ranges hold every value that is seen', async (t) => {
  const rng = new Rng(41);
  let constants = 0;
  for (let n = 0; n < 60; n++) {
    const graph = withWaste(randomIntegerGraph(rng), rng);
    const ranges = valueRanges(graph);
    for (const x of inputsOf(graph, 4)) {
      for (const [id, values] of runInt8(graph, x).tensors) {
        const { low, high } = ranges.get(id)!;
        const outside = values.findIndex((v, i) => v < low[i % low.length] || v > high[i % low.length]);
        if (outside >= 0) t.fail(`graph ${n}, ${graph.tensors[id].name}[${outside}] = ${values[outside]}`);
      }
    }
    for (const { low, high } of ranges.values()) constants += low.filter((v, c) => v === high[c]).length;
  }
  t.ok(constants > 100, `${constants} constant channels`);
});

const models = sharedFolder('models/mlperf-tiny');
const skip = models === null ? 'the models of ../shared are not here' : false;

void t.test('visual wake words loses half of its MACs and not a bit of its outputs', { skip }, async (t) => {
  for (const [name, macs] of [
    ['vww_96_int8', 3_766_476],
    ['kws_ref_model', 2_656_768],
    ['ad01_int8', 264_192],
  ] as const) {
    const file = new Uint8Array(readFileSync(join(models!, `${name}.tflite`)));
    const graph = importTflite(file, { name: 'net', toolVersion: '0', rounding: 'tflite' });
    const { output, report } = optimize(graph, { learn: null });
    t.equal(graphMacs(output), macs, name);
    t.equal(report.macs.after, macs);
    for (const x of inputsOf(graph, 4)) t.same(runInt8(output, x).output, runInt8(graph, x).output, name);
    t.same(
      output.ops.map((op) => op.name),
      graph.ops.filter((op) => !report.removedOps.includes(op.name)).map((op) => op.name),
    );
  }
});
