import { EXPERIMENTS } from '../definitions/all.js';
import type { Experiment } from '../experiment.js';
import { scaled } from '../scale.js';
import type { PairedDifference } from '../statistics.js';
import { summarize, type CaseSummary } from '../summary.js';
import { resultsOf, type SavedRun } from './saved-run.js';
import { armRows, differenceText, markdownTable, standing, tuningRows } from './tables.js';

/** A run that docs/experiments.md shows, with the words that somebody wrote about it. */
export interface DocumentedRun {
  readonly run: SavedRun;
  /** Markdown. */
  readonly notes: string;
}

/** The part of docs/experiments.md that is made from saved runs. */
export function experimentsPage(documented: readonly DocumentedRun[]): string {
  const parts = EXPERIMENTS.flatMap((experiment) => {
    const found = documented.find(({ run }) => run.experiment === experiment.name);
    if (found === undefined) return [];
    const sized = scaled(experiment, { seeds: found.run.seeds, quick: found.run.facts.quick });
    return [{ ...found, experiment: sized, cases: summarize(sized, resultsOf(found.run)) }];
  });
  return [overview(parts), ...parts.map(section)].join('\n\n');
}

interface Part extends DocumentedRun {
  readonly experiment: Experiment;
  readonly cases: readonly CaseSummary[];
}

/** One line a case: what GRAPES gains over plain descent and over its control, each at its own best rate. */
function overview(parts: readonly Part[]): string {
  const rows = parts.flatMap(({ experiment, cases }) =>
    cases.map(({ label, tuned }, i) => {
      const plain = tuned[0].measures['accuracy'].mean;
      const { n, minusPlain, minusLayerMean } = tuned[1];
      const name = i === 0 ? `[${experiment.name}](#${anchor(experiment.title)})` : '';
      return [
        name,
        label,
        String(n),
        (100 * plain).toFixed(2),
        differenceText(minusPlain),
        differenceText(minusLayerMean),
      ];
    }),
  );
  return `## All experiments at a glance

GRAPES at its own best learning rate against plain descent and the layer-mean control at theirs: test accuracy in points,
mean of the paired differences with its 95 % interval, **bold** where the interval leaves 0 out.

${markdownTable({ head: ['experiment', 'network', 'seeds', 'plain', 'GRAPES − plain', 'GRAPES − layer mean'], rows })}

${manyTests(parts)}`;
}

/** How many of the intervals would leave 0 out by chance, and which differences are beyond that. */
function manyTests(parts: readonly Part[]): string {
  const grapes = parts.flatMap(({ cases }) => cases.map(({ tuned }) => tuned[1]));
  const tests = 2 * grapes.length;
  const limit = 0.05 / tests;
  const beyond = (differences: readonly PairedDifference[]): string => {
    const left = differences.filter(({ p }) => p < limit);
    const better = left.filter(({ mean }) => mean > 0).length;
    return `${String(better)} in favour of GRAPES and ${String(left.length - better)} against it`;
  };
  return (
    `These are ${String(tests)} comparisons: about ${(tests / 20).toFixed(1)} of the intervals would leave 0 out by chance alone. ` +
    `With Bonferroni's correction (p < ${limit.toPrecision(1)}) there remain, of the differences to plain descent, ` +
    `${beyond(grapes.map(({ minusPlain }) => minusPlain!))}; of those to the layer mean, ` +
    `${beyond(grapes.map(({ minusLayerMean }) => minusLayerMean!))}.`
  );
}

function section({ experiment, cases, run, notes }: Part): string {
  const { name, title, question, limits, tuningSeeds, data } = experiment;
  const tables = experiment.cases.map((c, i) => {
    const { label, tuned, fixed } = cases[i];
    return [
      `**${label}**; each rule at its own best rate, ${String(tuned[0].n)} seeds`,
      markdownTable(armRows(c, tuned)),
      ...fixed.flatMap(({ rate, arms }) => [`All at ${String(rate)}:`, markdownTable(armRows(c, arms))]),
    ].join('\n\n');
  });
  const tuning = cases.map((c) => [c.label, markdownTable(tuningRows(c)), ...atTheEdge(c)].join('\n\n'));
  return [
    `## ${title}`,
    question,
    `    grapes experiment ${name}`,
    [
      `Data: ${run.facts.data}, ${count(data.train)} samples to learn, ${count(data.validation)} to choose rates, ${count(data.test)} to test.`,
      ...standing(run.facts),
    ].join(' '),
    `![Differences to plain descent](experiments/${name}-differences.svg)`,
    notes.trim(),
    `*Not shown by this:* ${limits}`,
    ...tables,
    `![Accuracy while learning](experiments/${name}-curves.svg)`,
    `<details><summary>How the rates were chosen: validation accuracy, ${String(tuningSeeds)} tuning seeds</summary>`,
    ...tuning,
    '</details>',
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** A best rate at an end of the grid may not be the best there is. */
function atTheEdge({ rates, tuned }: CaseSummary): string[] {
  const edge = tuned.filter(({ rate }) => rate === rates[0] || rate === rates[rates.length - 1]);
  return edge.length === 0 ? [] : [`At the edge of the grid: ${edge.map(({ label }) => label).join(', ')}.`];
}

function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** As GitHub makes them of headings. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(' ', '-');
}
