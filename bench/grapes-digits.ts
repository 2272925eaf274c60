/**
 * Does GRAPES help here? Every rule gets its own best learning rate, chosen on validation samples, and two controls
 * stand beside it: plain SGD, and `layer-mean`, where all nodes of a layer share their layer's mean factor, so that
 * only a layer-wise learning rate is left. Rules with the same seed share initial weights, order of samples and split:
 * differences are paired. Prints markdown tables. Takes about three minutes.
 *
 *   npm run -s bench:grapes-digits -- [SEEDS]
 */
import { makeDigits } from '../src/dataset/synthetic/digits.js';
import { isToolError } from '../src/errors/tool-error.js';
import type { FactorRule, GrapesMode, ModelSpec } from '../src/ir/model-spec.js';
import { TRAIN_DEFAULTS } from '../src/ir/train-defaults.js';
import type { TrainOptions } from '../src/ir/options.js';
import { train } from '../src/train/trainer.js';

const SEEDS = Number(process.argv[2] ?? 5);
const EPOCHS = 20;
const EARLY_EPOCH = 2;
const RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];
const NETS = [
  [32, 16],
  [16, 16, 16, 16],
];
const RULES: readonly { readonly name: string; readonly mode: GrapesMode; readonly factor: FactorRule }[] = [
  { name: 'SGD', mode: 'off', factor: 'per-node' },
  { name: 'GRAPES', mode: 'propagating', factor: 'per-node' },
  { name: 'layer mean (control)', mode: 'propagating', factor: 'layer-mean' },
  { name: 'GRAPES local', mode: 'local', factor: 'per-node' },
];

interface Outcome {
  readonly early: number;
  readonly validation: number;
  readonly test: number;
}

const dataset = makeDigits({ size: 14, trainSamples: 6000, testSamples: 4000, seed: 1 });

async function run(
  hidden: readonly number[],
  rule: (typeof RULES)[number],
  learningRate: number,
  seed: number,
): Promise<Outcome> {
  const layers = [...hidden, 10].map((units, l) => {
    const activation = l === hidden.length ? 'none' : 'relu';
    return { type: 'dense', units, activation, dropout: 0 } as const;
  });
  const model: ModelSpec = { bias: false, layers };
  const options: TrainOptions = {
    ...TRAIN_DEFAULTS,
    epochs: EPOCHS,
    batchSize: 16,
    optimizer: { type: 'sgd', learningRate },
    grapes: { ...TRAIN_DEFAULTS.grapes, mode: rule.mode, factor: rule.factor },
    initializer: 'he_uniform',
    validationFraction: 0.2,
    earlyStopPatience: null,
    schedule: { type: 'constant' },
    checkpointEveryEpochs: EPOCHS,
    engine: 'wasm',
    seed,
  };
  try {
    const { report } = await train(dataset, model, options);
    const at = (epoch: number): number => report.epochs[epoch - 1].validationAccuracy ?? 0;
    return { early: at(EARLY_EPOCH), validation: at(EPOCHS), test: report.test.accuracy };
  } catch (error) {
    // A rate that diverges is a result too: it scores as guessing.
    if (isToolError(error) && error.code === 'TRAIN_DIVERGED') return { early: 0.1, validation: 0.1, test: 0.1 };
    throw error;
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1));
const percent = (values: readonly number[]): string =>
  `${(100 * mean(values)).toFixed(2)} ± ${(100 * deviation(values)).toFixed(2)}`;

for (const hidden of NETS) {
  const results = new Map<string, Outcome[][]>();
  for (const rule of RULES) {
    const byRate: Outcome[][] = [];
    for (const rate of RATES) {
      const outcomes: Outcome[] = [];
      for (let seed = 1; seed <= SEEDS; seed++) outcomes.push(await run(hidden, rule, rate, seed));
      byRate.push(outcomes);
    }
    results.set(rule.name, byRate);
  }
  const of = (name: string): Outcome[][] => results.get(name) ?? [];
  const bestOf = (name: string): number => {
    const scores = of(name).map((outcomes) => mean(outcomes.map((o) => o.validation)));
    return scores.indexOf(Math.max(...scores));
  };
  const tests = (name: string, rate: number): number[] => of(name)[rate].map((o) => o.test);
  const difference = (name: string, to: string): string =>
    percent(tests(name, bestOf(name)).map((v, s) => v - tests(to, bestOf(to))[s]));

  console.log(`\n### 196-${hidden.join('-')}-10, ${String(SEEDS)} seeds, ${String(EPOCHS)} epochs\n`);
  console.log('Test accuracy in %, by learning rate:\n');
  console.log(`| rule | ${RATES.join(' | ')} |\n| --- |${' --- |'.repeat(RATES.length)}`);
  for (const { name } of RULES) {
    console.log(`| ${name} | ${RATES.map((_, r) => percent(tests(name, r))).join(' | ')} |`);
  }
  console.log('\nEach rule at its own best rate (chosen on validation samples):\n');
  console.log(
    `| rule | rate | validation, epoch ${String(EARLY_EPOCH)} | test, epoch ${String(EPOCHS)} | minus SGD | minus layer mean |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const { name } of RULES) {
    const best = bestOf(name);
    const early = percent(of(name)[best].map((o) => o.early));
    const columns = [name, RATES[best], early, percent(tests(name, best)), difference(name, 'SGD')];
    console.log(`| ${[...columns, difference(name, 'layer mean (control)')].join(' | ')} |`);
  }
}
