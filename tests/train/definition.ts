// The method of docs/grapes.md once more, in float64, sample by sample and with plain loops. It shares nothing with the
// engine but the notation of the page.
import type { GrapesOptions } from '../../src/ir/options.js';
import type { GoldenCase, GoldenFile } from './golden-run.js';

type Matrix = number[][];

/** What is to be computed: a file of golden vectors without its answers. */
export type Question = Omit<GoldenFile, 'cases'>;
export type CaseQuestion = Omit<GoldenCase, 'train_outputs' | 'weights' | 'final_outputs'>;

/** Sums of absolute weights to factors: 2 r / max r, within [1, 2] if `clip`. */
function factorsFrom(r: readonly number[], clip: boolean): number[] {
  const most = Math.max(...r);
  return r.map((v) => (most === 0 ? 1 : clip ? Math.max(1, (2 * v) / most) : (2 * v) / most));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const activate = (name: string, a: number): number => (name === 'relu' ? Math.max(0, a) : Math.tanh(a));
const slope = (name: string, a: number): number => (name === 'relu' ? (a > 0 ? 1 : 0) : 1 - Math.tanh(a) ** 2);

function softmax(a: readonly number[]): number[] {
  const most = Math.max(...a);
  const e = a.map((v) => Math.exp(v - most));
  return e.map((v) => v / sum(e));
}

/** Answers a question: outputs, factors and the weights after every batch. */
export function answerByDefinition(file: Question, asked: CaseQuestion, variant: GrapesOptions['variant']): GoldenCase {
  const { layers: sizes, batch_size: rows, batches } = file;
  const { learn, update, activation, eta, epsilon = 1e-8, drop_masks: masks } = asked;
  const L = sizes.length - 1;
  const way = learn.startsWith('DFA') ? 'DFA' : learn.startsWith('FA') ? 'FA' : 'BP';
  const modulated = learn.includes('grapes');
  const local = learn.endsWith('local');
  const asReference = variant === 'reference';
  const preAndPost = asReference && way === 'DFA' && modulated;

  const w: Matrix[] = file.w0.map((layer) => layer.map((row) => [...row]));
  const zeros = (): Matrix[] => w.map((layer) => layer.map((row) => row.map(() => 0)));
  const first = zeros();
  const second = zeros();
  const ahead = (): Matrix[] =>
    update === 'NAG' ? w.map((layer, l) => layer.map((row, j) => row.map((v, i) => v - 0.9 * first[l][j][i]))) : w;

  const forward = (u: Matrix[], sample: number, dropping: boolean): { a: Matrix; x: Matrix } => {
    const a: Matrix = [];
    const x: Matrix = [[...file.inputs[sample]]];
    for (let l = 0; l < L; l++) {
      a.push(u[l].map((row) => sum(row.map((v, i) => v * x[l][i]))));
      const mask = dropping ? masks?.[sample][l] : undefined;
      x.push(l === L - 1 ? softmax(a[l]) : a[l].map((v, j) => activate(activation, v) * (mask?.[j] ?? 1)));
    }
    return { a, x };
  };

  const factorsOf = (u: Matrix[], sample: number): Matrix => {
    const from = asReference && way !== 'BP' ? w : u;
    const kept = (l: number, j: number): number => (asReference ? (masks?.[sample][l]?.[j] ?? 1) : 1);
    return sizes.slice(1, L).map((units, l) => {
      let m: number[];
      if (!preAndPost) {
        const r = from[l].map((row, j) => kept(l, j) * sum(row.map(Math.abs)));
        m = factorsFrom(r, !(asReference && way === 'FA'));
      } else if (l === L - 2) {
        m = new Array<number>(units).fill(1);
      } else {
        const r = Array.from({ length: units }, (_, i) =>
          sum(from[l + 1].map((row, j) => kept(l + 1, j) * Math.abs(row[i]))),
        );
        m = factorsFrom(r, false);
      }
      const { factor, constant } = asked.grapes ?? {};
      if (factor === 'layer-mean') return m.map(() => sum(m) / m.length);
      return factor === 'constant' ? m.map(() => constant!) : m;
    });
  };

  const apply = (l: number, j: number, i: number, g: number, step: number): void => {
    const v = first[l][j];
    const s = second[l][j];
    switch (update) {
      case 'SGD':
        w[l][j][i] -= eta * g;
        break;
      case 'mom':
      case 'NAG':
        v[i] = 0.9 * v[i] + eta * g;
        w[l][j][i] -= v[i];
        break;
      case 'rmsprop':
        s[i] = 0.9 * s[i] + 0.1 * g * g;
        w[l][j][i] -= (eta * g) / Math.sqrt(s[i] + epsilon);
        break;
      default:
        v[i] = 0.9 * v[i] + 0.1 * g;
        s[i] = 0.999 * s[i] + 0.001 * g * g;
        w[l][j][i] -= (eta * (v[i] / (1 - 0.9 ** step))) / (Math.sqrt(s[i] / (1 - 0.999 ** step)) + epsilon);
    }
  };

  const outputs: Matrix = [];
  const weights: Matrix[][] = [];
  const factors: Matrix[] = [];
  let m: Matrix = [];
  for (let batch = 0; batch < batches; batch++) {
    const u = ahead();
    if (batch % (asked.grapes?.everySteps ?? 1) === 0) m = factorsOf(u, batch * rows);
    factors.push(m);
    const gradient = zeros();
    for (let sample = batch * rows; sample < (batch + 1) * rows; sample++) {
      const { a, x } = forward(u, sample, true);
      outputs.push(x[L]);
      const error = x[L].map((y, k) => y - (k === file.labels[sample] ? 1 : 0));
      let delta = error;
      for (let l = L - 1; l >= 0; l--) {
        if (l < L - 1) {
          const above = delta;
          delta = a[l].map((v, j) => {
            let e: number;
            if (way === 'BP') e = sum(above.map((d, o) => u[l + 1][o][j] * d));
            else if (way === 'FA') e = sum(above.map((d, o) => file.feedback_FA![l][j][o] * d));
            else e = sum(error.map((d, o) => file.feedback_DFA![l][j][o] * d));
            const post = modulated && !local && !(preAndPost && l === 0) ? m[l][j] : 1;
            return post * e * slope(activation, v) * (masks?.[sample][l][j] ?? 1);
          });
        }
        delta.forEach((d, j) => {
          const post = local && l < L - 1 ? m[l][j] : 1;
          x[l].forEach((v, i) => {
            const pre = preAndPost && l > 0 && l < L - 1 ? m[l - 1][i] : 1;
            gradient[l][j][i] += (post * pre * d * v) / rows;
          });
        });
      }
    }
    gradient.forEach((layer, l) =>
      layer.forEach((row, j) =>
        row.forEach((g, i) => {
          apply(l, j, i, g, batch + 1);
        }),
      ),
    );
    weights.push(w.map((layer) => layer.map((row) => [...row])));
  }
  const end = ahead();
  return {
    ...asked,
    ...(modulated
      ? { factors_batch1: factors[0], factors_batch2: factors[1], factors_last: factors[batches - 1] }
      : {}),
    train_outputs: outputs,
    weights,
    final_outputs: Array.from({ length: 8 }, (_, sample) => forward(end, sample, false).x[L]),
  };
}
