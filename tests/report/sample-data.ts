import { loadBoard } from '../../src/boards/load.js';
import { accuracyReport } from '../../src/ir/accuracy.js';
import type { AccuracyReport, EpochMetrics, LayerSpread, LearnPoint } from '../../src/ir/report.js';
import type { FactorSpread } from '../../src/ir/telemetry.js';
import type { Pictures, ReportData } from '../../src/report/report-data.js';
import { Rng } from '../../src/util/rng.js';

const CLASSES = Array.from({ length: 10 }, (_, c) => String(c));

/** Answers that are right with the given probability. */
export function answers(samples: number, right: number, seed: number): AccuracyReport {
  const rng = new Rng(seed);
  const labels = Array.from({ length: samples }, (_, i) => i % 10);
  const said = labels.map((y) => (rng.uniform() < right ? y : (y + 1 + rng.below(9)) % 10));
  return accuracyReport(labels, said, 10);
}

/** A distribution between the ends of `spread`. */
function layerSpread(layer: string, spread: FactorSpread): LayerSpread {
  const { min, mean, max } = spread;
  return { layer, ...spread, q1: (min + mean) / 2, median: mean, q3: (mean + max) / 2, count: 16 };
}

/** A report in which everything was run: numbers that look like a good day. */
export function sampleData(change: Partial<ReportData> = {}): ReportData {
  const rng = new Rng(4);
  const factors = (x: number): FactorSpread[] => [
    { min: 1.22 + 0.04 * x, mean: 1.62 + 0.02 * rng.normal() * 0.2, max: 2 },
    { min: 1.05, mean: 1.45 + 0.05 * x, max: 2 },
  ];
  const epochs = Array.from({ length: 24 }, (_, i): EpochMetrics => {
    const d = Math.exp(-i / 5);
    return {
      epoch: i + 1,
      learningRate: 0.05,
      trainLoss: 0.09 + 1.9 * d,
      trainAccuracy: 0.985 - 0.6 * d,
      validationLoss: 0.14 + 1.7 * d + 0.01 * rng.normal(),
      validationAccuracy: 0.966 - 0.5 * d + 0.003 * rng.normal(),
      factors: factors(1 - d).map((spread, k) => layerSpread(`hidden_${k + 1}`, spread)),
      responsibilities: factors(1 - d).map((spread, k) => layerSpread(`hidden_${k + 1}`, spread)),
    };
  });
  const curve = Array.from({ length: 160 }, (_, i): LearnPoint => {
    const d = Math.exp(-i / 50);
    const noise = 0.02 * rng.normal();
    return { step: 5 * (i + 1), loss: 0.5 + 1.8 * d + noise, accuracy: 0.88 - 0.4 * d + noise, factors: factors(d) };
  });
  const heldOutBefore = answers(500, 0.52, 7);
  const heldOutAfter = answers(500, 0.87, 8);
  const originalBefore = answers(500, 0.96, 9);
  const originalAfter = answers(500, 0.9, 10);
  const bytes = (n: number, source: 'compiled' | 'planned' = 'compiled') => ({ bytes: n, source });
  return {
    title: 'Digits that learn on the device',
    toolVersion: '9.8.7',
    board: loadBoard('mps2-an386'),
    classNames: CLASSES,
    layerSizes: [196, 32, 16, 10],
    trainGrapes: 'propagating',
    train: {
      schemaVersion: 1,
      epochs,
      stoppedEarly: false,
      bestEpoch: 22,
      parameters: 7002,
      macs: 6944,
      test: answers(1000, 0.965, 1),
    },
    quantize: {
      schemaVersion: 1,
      float: answers(1000, 0.965, 1),
      int8: answers(1000, 0.963, 2),
      layers: [
        layer('dense1', 38.2, 0.0012, 25216, 6656),
        layer('dense2', 34.9, 0.004, 2112, 704),
        layer('dense3', null, 0, 680, 260),
      ],
      sensitivity: {
        samples: 256,
        float: { accuracy: 0.984, sqnrDb: null },
        int8: { accuracy: 0.977, sqnrDb: 27.4 },
        rows: [
          { name: 'input', part: 'activations', bytes: 196, accuracy: 0.977, sqnrDb: 27.5 },
          { name: 'dense1', part: 'weights', bytes: 6272, accuracy: 0.977, sqnrDb: 28.1 },
          { name: 'dense1', part: 'activations', bytes: 32, accuracy: 0.98, sqnrDb: 30.2 },
          { name: 'dense2', part: 'weights', bytes: 512, accuracy: 0.977, sqnrDb: 27.3 },
        ],
        costliest: 2,
        mixed: [
          { rows: [2], bytes: 32, accuracy: 0.98, sqnrDb: 30.2 },
          { rows: [2, 1], bytes: 6304, accuracy: 0.984, sqnrDb: 31.9 },
        ],
        int4: [
          { name: 'dense1', savedBytes: 3136, accuracy: 0.969, sqnrDb: 18.2 },
          { name: 'dense2', savedBytes: 256, accuracy: 0.975, sqnrDb: 21.4 },
        ],
        allInt4: { name: 'all', savedBytes: 3392, accuracy: 0.961, sqnrDb: 16.9 },
        choices: [
          {
            quantize: { layers: { dense1: { activationBits: 16 }, dense2: { activationBits: 16 } } },
            flashBytes: 0,
            ramBytes: 32,
            accuracy: 0.98,
            sqnrDb: 30.2,
          },
          { quantize: { weightBits: 4 }, flashBytes: -3392, ramBytes: 0, accuracy: 0.961, sqnrDb: 16.9 },
        ],
      },
      floatBytes: 28008,
      int8Bytes: 7620,
    },
    network: { ops: 4, rounding: 'tflite' },
    optimize: {
      schemaVersion: 1,
      passes: ['remove-no-ops', 'remove-dead-channels'],
      macs: { before: 8000, after: 6944 },
      weightBytes: { before: 8100, after: 7620 },
      removedOps: ['flatten_1'],
      removedChannels: [{ op: 'dense_1', before: 36, after: 32 }],
    },
    plan: {
      schemaVersion: 1,
      arenaBytes: 244,
      arenaBoundBytes: 244,
      arenaOptimal: true,
      ops: ['dense_1', 'dense_2', 'dense_3'],
      peak: { opIndex: 0, opName: 'dense_1', bytes: 244, largest: [] },
      tensors: [],
      scratch: [],
      blocks: [],
      constants: [],
      constantBytes: 7620,
      codeEstimateBytes: 2400,
      macs: 6944,
      learn: {
        trainedOps: ['dense1', 'dense2', 'dense3'],
        weightBytes: 27776,
        biasBytes: 232,
        activationBytes: 1016,
        deltaBytes: 232,
        nodeSumBytes: 192,
        stateBytes: 28200,
        scratchBytes: 1248,
        ramBytes: 29456,
      },
    },
    sizes: {
      flash: bytes(19864),
      ram: bytes(38912),
      stack: bytes(904),
      stackBounds: [
        { entry: 'main', bytes: 620, chain: [] },
        { entry: 'digits_infer', bytes: 136, chain: [] },
        { entry: 'digits_learn_step', bytes: 276, chain: [] },
        { entry: 'uart_interrupt', bytes: 4, chain: [] },
      ],
      largest: [],
      breakdown: [
        { group: 'arena', flashBytes: 0, ramBytes: 29700 },
        { group: 'model constants', flashBytes: 7620, ramBytes: 0 },
        { group: 'inference', flashBytes: 3400, ramBytes: 0 },
        { group: 'protocol', flashBytes: 6844, ramBytes: 8900 },
        { group: 'board support', flashBytes: 2000, ramBytes: 312 },
      ],
    },
    verify: {
      schemaVersion: 1,
      boardId: 'mps2-an386',
      samples: 1000,
      mismatches: 0,
      mismatchedSamples: 0,
      firstMismatch: null,
      firstDivergence: null,
      float: answers(1000, 0.965, 1),
      int8: answers(1000, 0.963, 2),
      device: answers(1000, 0.963, 2),
      instructions: { min: 41234, mean: 41301, max: 41377 },
      stackHighWaterBytes: 720,
      link: { samplesPerSecond: 412.3, bytesPerSecond: 99123, retransmissions: 0, lostFrames: 0 },
      verdict: 'pass',
    },
    learnSpec: { layers: 'all', learningRate: 0.01, grapes: 'propagating', nodeSums: 'round-robin' },
    drift: { kind: 'rotate', degrees: 35 },
    learn: {
      schemaVersion: 1,
      boardId: 'mps2-an386',
      steps: 800,
      weightMismatches: 0,
      firstMismatchStep: null,
      firstDivergence: null,
      resultMismatches: 0,
      predictMismatches: 0,
      comparedSteps: 8,
      accuracyBefore: heldOutBefore.accuracy,
      accuracyAfter: heldOutAfter.accuracy,
      originalBefore: originalBefore.accuracy,
      originalAfter: originalAfter.accuracy,
      accuracy: { heldOutBefore, heldOutAfter, originalBefore, originalAfter },
      window: 80,
      stackHighWaterBytes: 764,
      instructions: { min: 402110, mean: 405999, max: 409871 },
      curve,
      factors: factors(0),
      verdict: 'pass',
    },
    pictures: pictures(),
    notes: [],
    provenance: [
      { name: 'Seed', value: '1' },
      { name: 'Firmware (ELF)', value: 'ab'.repeat(32) },
    ],
    ...change,
  };
}

function layer(name: string, sqnrDb: number | null, saturation: number, floatBytes: number, int8Bytes: number) {
  const widths = { output: 'int8', weights: 'int8' } as const;
  return { name, sqnrDb, saturation, scale: 0.0345, zeroPoint: -128, ...widths, floatBytes, int8Bytes };
}

/** Crosses and rings: anything with a shape. */
function pictures(): Pictures {
  const draw = (c: number, turn: number): Uint8Array =>
    Uint8Array.from({ length: 196 }, (_, i) => {
      const x = (i % 14) - 6.5;
      const y = Math.floor(i / 14) - 6.5;
      const u = x * Math.cos(turn) + y * Math.sin(turn);
      const v = y * Math.cos(turn) - x * Math.sin(turn);
      const d =
        c % 2 === 0 ? Math.abs(Math.hypot(u / (1 + c / 20), v) - 4) : Math.min(Math.abs(u), Math.abs(v + c - 5));
      return Math.hypot(x, y) > 6.5 ? 0 : Math.max(0, Math.min(255, 400 - 255 * d));
    });
  const all = (turn: number): Uint8Array[] => CLASSES.map((_, c) => draw(c, turn));
  return { width: 14, height: 14, names: CLASSES, before: all(0), after: all(0.6) };
}
