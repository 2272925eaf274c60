// The engine against the definition in float64 (definition.ts): networks, batches, rules and optimizers are drawn.
// GRAPES_RANDOM_NETWORKS=1000 looks further than the usual run does.
import t from 'tap';
import type { GrapesOptions } from '../../src/ir/options.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import { answerByDefinition, type CaseQuestion, type Question } from './definition.js';
import { runGolden, type GoldenFile } from './golden-run.js';

const COUNT = Number(process.env['GRAPES_RANDOM_NETWORKS'] ?? 120);
/** Absolute, in float32 after eight batches: the tolerance of the reference's vectors. */
const TOLERANCE = 1e-5;

const RATES = { SGD: 0.1, mom: 0.05, NAG: 0.05, rmsprop: 0.01, Adam: 0.01 } as const;
const UPDATES = Object.keys(RATES) as (keyof typeof RATES)[];
const LEARN = {
  definition: [
    'BPgrapes',
    'BPgrapes-local',
    'FAgrapes',
    'FAgrapes-local',
    'DFAgrapes',
    'DFAgrapes-local',
    'BP',
    'FA',
    'DFA',
  ],
  reference: ['BPgrapes', 'FAgrapes', 'DFAgrapes', 'BP', 'FA', 'DFA'],
} as const;

function matrix(rng: Rng, rows: number, columns: number, bound: number): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(rng.range(-bound, bound))),
  );
}

function randomQuestion(rng: Rng): Question {
  const hidden = 1 + rng.below(4);
  const layers = [3 + rng.below(12), ...Array.from({ length: hidden }, () => 3 + rng.below(8)), 2 + rng.below(6)];
  const batch_size = 1 + rng.below(8);
  const outputs = layers[layers.length - 1];
  const w0 = layers.slice(1).map((units, l) => matrix(rng, units, layers[l], Math.sqrt(6 / layers[l])));
  // One weak node a hidden layer meets the lower bound of the factor.
  w0.slice(0, -1).forEach((layer) => (layer[0] = layer[0].map((v) => v / 4)));
  const count = 8 * batch_size;
  return {
    layers,
    batch_size,
    batches: 8,
    w0,
    feedback_FA: layers.slice(2).map((units, l) => matrix(rng, layers[l + 1], units, 0.7)),
    feedback_DFA: layers.slice(2).map((_, l) => matrix(rng, layers[l + 1], outputs, 0.7)),
    inputs: matrix(rng, count, layers[0], 1),
    labels: Array.from({ length: count }, () => rng.below(outputs)),
  };
}

function randomCase(
  rng: Rng,
  n: number,
  { layers, inputs }: Question,
  variant: GrapesOptions['variant'],
): CaseQuestion {
  const update = UPDATES[n % UPDATES.length];
  const learn = LEARN[variant][Math.floor(n / UPDATES.length) % LEARN[variant].length];
  const keep = rng.below(3) === 0 ? 0.75 : 1;
  // Whole layers that are dropped divide 0 by 0 in the reference: the first node always stays.
  const masks = inputs.map(() =>
    layers
      .slice(1, -1)
      .map((units) =>
        Array.from({ length: units }, (_, j) => (j === 0 || rng.range(0, 1) < keep ? Math.fround(1 / keep) : 0)),
      ),
  );
  const controls = [{}, {}, { factor: 'layer-mean' }, { factor: 'constant', constant: 1.5 }] as const;
  const grapes = variant === 'definition' ? { ...controls[rng.below(4)], everySteps: 1 + rng.below(3) } : {};
  return {
    learn,
    update,
    activation: rng.below(2) === 0 ? 'relu' : 'tanh',
    eta: Math.fround(RATES[update] * rng.range(0.5, 1.5)),
    dropout_keep: keep,
    // Adam divides by nearly nothing otherwise, and a rounding error decides about a step.
    ...(update === 'Adam' ? { epsilon: 1e-4 } : {}),
    ...(keep < 1 ? { drop_masks: masks } : {}),
    grapes,
  };
}

for (const variant of ['definition', 'reference'] as const) {
  t.test(`random networks, variant ${variant}`, (test) => {
    for (let n = 0; n < COUNT; n++) {
      const rng = new Rng(2000 + n);
      const question = randomQuestion(rng);
      const asked = randomCase(rng, n, question, variant);
      const answer = answerByDefinition(question, asked, variant);
      const difference = runGolden({ ...question, cases: [answer] }, answer, variant);
      const { learn, update, activation, dropout_keep, grapes } = asked;
      const what = JSON.stringify({ n, learn, update, activation, dropout_keep, grapes, layers: question.layers });
      // A rate that is too large makes some networks grow: rounding errors grow with the weights.
      const largest = Math.max(1, ...(answer.weights.flat(3) as number[]).map(Math.abs));
      test.ok(Math.max(...Object.values(difference)) < TOLERANCE * largest, `${what}: ${JSON.stringify(difference)}`);
    }
    test.end();
  });
}

function meets(path: string, variant: GrapesOptions['variant']): number {
  const file = JSON.parse(readFileSync(path, 'utf8')) as GoldenFile;
  let worst = 0;
  for (const golden of file.cases) {
    const answer = answerByDefinition(file, golden, variant);
    const expected = [golden.weights, golden.train_outputs, golden.final_outputs.slice(0, 8)].flat(5) as number[];
    const actual = [answer.weights, answer.train_outputs, answer.final_outputs].flat(5) as number[];
    expected.forEach((v, i) => (worst = Math.max(worst, Math.abs(v - actual[i]))));
  }
  return worst;
}

t.test('definition.ts gives the numbers that others computed', (test) => {
  test.ok(meets(join(packageRoot(), 'tests/vectors/grapes/net5-3-2-3_b2.json'), 'definition') < 1e-9);
  const reference = sharedFolder('reference/grapes');
  if (reference !== null) {
    for (const name of ['b4_nag', 'b4_adam', 'b4_rmsprop', 'b4_dropout', 'b1'])
      test.ok(meets(join(reference, `net12-8-6-4_${name}.json`), 'reference') < 1e-9, name);
  }
  test.end();
});
