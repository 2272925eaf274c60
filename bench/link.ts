/**
 * What verifying leaves of the link, in one run with one firmware: bytes per second of frames that the device only
 * checks (SINK), and of the same frames as samples that it infers while the host compares every output byte.
 *
 *   npm run -s bench:link -- [--json] [--board mps2-an386] [--samples 300] [--rounds 3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBoard } from '../src/boards/load.js';
import { buildFirmware } from '../src/build/build.js';
import { firmwareLibrary } from '../src/cli/firmware-library.js';
import { makeDigits } from '../src/dataset/synthetic/digits.js';
import { exportC } from '../src/export/export.js';
import { flash } from '../src/flash/flash.js';
import { readSample, type Samples } from '../src/ir/dataset.js';
import type { QuantizedGraph } from '../src/ir/graph.js';
import type { ModelSpec } from '../src/ir/model-spec.js';
import { TRAIN_DEFAULTS } from '../src/ir/train-defaults.js';
import type { TrainOptions } from '../src/ir/options.js';
import { quantizeInput } from '../src/ir/quantize-input.js';
import type { Integers } from '../src/ir/tensor.js';
import { quantize } from '../src/quantize/quantize.js';
import { train } from '../src/train/trainer.js';
import { toolVersion } from '../src/util/package-root.js';
import { measureLink, type LinkRates } from './link-rates.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    board: { type: 'string', default: 'mps2-an386' },
    samples: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
  },
});

const MODEL: ModelSpec = {
  bias: true,
  layers: [
    { type: 'dense', units: 32, activation: 'relu', dropout: 0 },
    { type: 'dense', units: 10, activation: 'none', dropout: 0 },
  ],
};
/** One epoch: the link does not ask how good the weights are. */
const TRAINING: TrainOptions = {
  ...TRAIN_DEFAULTS,
  epochs: 1,
  batchSize: 16,
  optimizer: { type: 'sgd', learningRate: 0.05 },
  initializer: 'he_uniform',
  validationFraction: 0,
  earlyStopPatience: null,
  schedule: { type: 'constant' },
  checkpointEveryEpochs: 1,
  engine: 'wasm',
  seed: 1,
};

const board = loadBoard(options.board);
const dataset = makeDigits({ size: 14, trainSamples: 1000, testSamples: Number(options.samples), seed: 1 });
const { output: float } = await train(dataset, MODEL, TRAINING, { name: 'digits' });
const calibration = { method: 'minmax', percentile: 100, samples: 200 } as const;
const { output: graph } = quantize(float, dataset.train, { calibration, weights: 'per-channel', seed: 1 });
const inputs = quantizedInputs(graph, dataset.test);

const dir = mkdtempSync(join(tmpdir(), 'grapes-bench-link-'));
try {
  const rates = await onBoard();
  const text = options.json ? JSON.stringify({ schemaVersion: 1, board: board.id, ...rates }) : table(rates);
  process.stdout.write(`${text}\n`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function onBoard(): Promise<LinkRates> {
  const { output: sources } = exportC(graph, {
    learn: null,
    kernels: board.chip.kernels,
    library: firmwareLibrary(),
    selfTest: { inputs: inputs.slice(0, 4), labels: [...dataset.test.labels.slice(0, 4)] },
    toolVersion: toolVersion(),
  });
  const image = await buildFirmware(sources, board, dir);
  const { device, stop } = await flash(image, dir, board);
  try {
    return await measureLink(device, graph, inputs, Number(options.rounds));
  } finally {
    await stop();
  }
}

function quantizedInputs(graph: QuantizedGraph, samples: Samples): Integers[] {
  const real = new Float32Array(samples.inputSize);
  return Array.from({ length: samples.count }, (_, n) => {
    readSample(samples, n, real);
    return quantizeInput(graph, real);
  });
}

function table(rates: LinkRates): string {
  return Object.entries(rates)
    .map(([name, value]) => `${name.padEnd(22)}${value}`)
    .join('\n');
}
