// What a training run leaves for other programs: distributions, metrics.csv, TensorBoard's event files.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { makeDigits } from '../../src/dataset/synthetic/digits.js';
import { distributionOf } from '../../src/ir/distribution.js';
import type { EpochMetrics, LayerSpread } from '../../src/ir/report.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { eventFile, type EventStep } from '../../src/train/metrics/event-file.js';
import { metricsCsv, metricsFiles } from '../../src/train/metrics/metrics-files.js';
import { train } from '../../src/train/trainer.js';
import { crc32c } from '../../src/util/crc32c.js';

void t.test('a distribution has the quartiles of numpy.quantile', (t) => {
  const values = Float32Array.from([7, 15, 36, 39, 40, 41]);
  // numpy 2: np.quantile([7, 15, 36, 39, 40, 41], [.25, .5, .75]) = [20.25, 37.5, 39.75]
  t.strictSame(distributionOf(values), {
    ...{ min: 7, q1: 20.25, median: 37.5, q3: 39.75, max: 41 },
    ...{ mean: 178 / 6, count: 6 },
  });
  t.strictSame(distributionOf(Float32Array.of(10, 9, 100)).median, 10, 'numbers, not texts, are ordered');
  t.strictSame(distributionOf(Float32Array.of(3)).q3, 3, 'of one value');
  t.end();
});

void t.test('CRC-32C of the check string', (t) => {
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  // RFC 3720, B.4: 32 bytes of zeros; 32 bytes of ones.
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.end();
});

void t.test('event files are the bytes that TensorBoard writes', (t) => {
  const path = new URL('../vectors/event-file/tensorboard.json', import.meta.url);
  const vector = JSON.parse(readFileSync(path, 'utf8')) as { steps: EventStep[]; expectedHex: string };
  t.equal(Buffer.from(eventFile(vector.steps)).toString('hex'), vector.expectedHex);
  t.end();
});

const spread = (layer: string): LayerSpread => ({
  layer,
  ...{ min: 1.25, q1: 1.5, median: 1.5, q3: 1.75, max: 2, mean: 1.625, count: 4 },
});
const EPOCHS: readonly EpochMetrics[] = [1, 2].map((epoch) => ({
  epoch,
  learningRate: 0.5,
  trainLoss: 1 / epoch,
  trainAccuracy: null,
  validationLoss: epoch === 1 ? null : 0.25,
  validationAccuracy: null,
  factors: [spread('a "b", c')],
  responsibilities: [],
}));

void t.test('metrics.csv: names are quoted, what is not known is empty', (t) => {
  const names = ['min', 'q1', 'median', 'q3', 'max', 'mean'].map((of) => `"a ""b"", c_factor_${of}"`).join(',');
  t.equal(
    metricsCsv(EPOCHS),
    `epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,${names}\n` +
      '1,0.5,1,,,,1.25,1.5,1.5,1.75,2,1.625\n' +
      '2,0.5,0.5,,0.25,,1.25,1.5,1.5,1.75,2,1.625\n',
  );
  const said = { ...EPOCHS[0], factors: [spread('say "hi"')] };
  t.match(metricsCsv([said]), /,"say ""hi""_factor_min",/, 'quotes alone are reason enough');
  t.equal(metricsCsv([]).trim().split(',').length, 6, 'a run without epochs has the header');
  t.strictSame(
    metricsFiles(EPOCHS.slice(0, 1)).map(({ path }) => path),
    ['metrics.jsonl', 'metrics.csv', 'events/train/events.out.tfevents.0.grapes'],
    'nothing watched, no validation run',
  );
  t.end();
});

void t.test('the event files hold each number under its name', (t) => {
  const factors: LayerSpread = { layer: 'a', min: 1, q1: 2, median: 3, q3: 4, max: 5, mean: 6, count: 7 };
  const responsibilities: LayerSpread = {
    layer: 'a',
    min: 11,
    q1: 12,
    median: 13,
    q3: 14,
    max: 15,
    mean: 16,
    count: 17,
  };
  const epoch: EpochMetrics = {
    ...{ epoch: 3, learningRate: 0.5, trainLoss: 0.25, trainAccuracy: 0.75, validationLoss: 0.125 },
    ...{ validationAccuracy: 0.875, factors: [factors], responsibilities: [responsibilities] },
  };
  const written = metricsFiles([epoch]);
  const expected: readonly [string, EventStep][] = [
    [
      'train',
      {
        step: 3,
        scalars: [
          ['loss', 0.25],
          ['accuracy', 0.75],
          ['learning_rate', 0.5],
          ['factor/a/min', 1],
          ['factor/a/mean', 6],
          ['factor/a/max', 5],
        ],
        histograms: [
          ['factors/a', factors],
          ['responsibilities/a', responsibilities],
        ],
      },
    ],
    [
      'validation',
      {
        step: 3,
        scalars: [
          ['loss', 0.125],
          ['accuracy', 0.875],
        ],
        histograms: [],
      },
    ],
  ];
  for (const [run, step] of expected) {
    const file = written.find(({ path }) => path.startsWith(`events/${run}/`));
    t.same(file?.data, eventFile([step]), run);
  }
  t.end();
});

void t.test('a run tells the spread of factors and responsibilities of each hidden layer', async (t) => {
  const digits = makeDigits({ size: 7, trainSamples: 60, testSamples: 10, seed: 1 });
  const dense = (units: number, activation: 'relu' | 'none' = 'relu') =>
    ({ type: 'dense', units, activation, dropout: 0 }) as const;
  const model = { bias: true, layers: [{ type: 'flatten' } as const, dense(12), dense(7), dense(10, 'none')] };
  const run = async () => (await train(digits, model, { ...TRAIN_DEFAULTS, epochs: 2, seed: 1 })).report.epochs;
  const epochs = await run();
  const last = epochs[1];
  t.strictSame(
    last.factors.map(({ count }) => count),
    [12, 7],
    'one value a node',
  );
  for (const [i, f] of last.factors.entries()) {
    t.ok(1 <= f.min && f.min <= f.q1 && f.q1 <= f.median && f.median <= f.q3 && f.q3 <= f.max);
    t.equal(f.max, 2, 'the most responsible node has the factor 2');
    const r = last.responsibilities[i];
    t.equal(r.layer, f.layer);
    const least = Math.max(1, (2 * r.min) / r.max);
    t.ok(Math.abs(f.min - least) < 1e-6, `the least: ${String(f.min)}, by the rule ${String(least)}`);
  }
  t.strictSame(metricsFiles(await run()), metricsFiles(epochs));
});
