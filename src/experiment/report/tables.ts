import type { Experiment, ExperimentCase } from '../experiment.js';
import type { PairedDifference } from '../statistics.js';
import type { ArmSummary, CaseSummary } from '../summary.js';
import type { RunFacts } from './facts.js';

/** How a measure is shown. Fractions become percent. */
const MEASURES: Readonly<Record<string, { readonly title: string; readonly unit: 'percent' | 'epochs' }>> = {
  accuracy: { title: 'accuracy', unit: 'percent' },
  area: { title: 'mean over epochs', unit: 'percent' },
  epochsToGoal: { title: 'epochs to', unit: 'epochs' },
  forgetting: { title: 'forgetting', unit: 'percent' },
  backwardTransfer: { title: 'backward transfer', unit: 'percent' },
  learned: { title: 'right after learning', unit: 'percent' },
  newWorld: { title: 'turned', unit: 'percent' },
  oldWorld: { title: 'upright', unit: 'percent' },
};

export type Row = readonly string[];

/** The arms of a case at their rates: mean ± deviation of every measure, and the paired differences of accuracy. */
export function armRows(
  { task }: Pick<ExperimentCase, 'task'>,
  arms: readonly ArmSummary[],
): { head: Row; rows: Row[] } {
  const names = Object.keys(arms[0].measures);
  const withArea = names.includes('area');
  const title = (name: string): string =>
    name === 'epochsToGoal' && task.kind === 'train'
      ? `${MEASURES[name].title} ${String(Math.round(100 * task.goal))} %`
      : (MEASURES[name]?.title ?? name);
  return {
    head: [
      'rule',
      'rate',
      ...names.map(title),
      'minus plain',
      'minus layer mean',
      ...(withArea ? ['mean over epochs, minus plain'] : []),
    ],
    rows: arms.map((arm) => [
      arm.diverged > 0 ? `${arm.label} (${String(arm.diverged)} of ${String(arm.n)} diverged)` : arm.label,
      String(arm.rate),
      ...names.map((name) => measureText(name, arm.measures[name], task.kind === 'train' ? task.epochs : null)),
      differenceText(arm.minusPlain),
      differenceText(arm.minusLayerMean),
      ...(withArea ? [differenceText(arm.areaMinusPlain)] : []),
    ]),
  };
}

function measureText(name: string, value: { mean: number; deviation: number }, epochs: number | null): string {
  if (MEASURES[name]?.unit !== 'epochs') return `${signed(100 * value.mean)} ± ${(100 * value.deviation).toFixed(2)}`;
  if (epochs !== null && value.mean >= epochs) return `not in ${String(epochs)}`;
  return `${value.mean.toFixed(2)} ± ${value.deviation.toFixed(2)}`;
}

/** Points with the 95 % interval; bold where it leaves 0 out. */
export function differenceText(difference: PairedDifference | null): string {
  if (difference === null) return '';
  const { mean, low, high } = difference;
  const text = `${plus(mean)} [${plus(low)}, ${plus(high)}]`;
  return low > 0 || high < 0 ? `**${text}**` : text;
}

function plus(fraction: number): string {
  const points = (100 * fraction).toFixed(2);
  return signed(Number(points), true);
}

/** With a true minus sign. */
function signed(value: number, always = false): string {
  const text = Math.abs(value).toFixed(2);
  if (value < 0) return `−${text}`;
  return always && value > 0 ? `+${text}` : text;
}

/** Validation accuracy over the grid; the chosen rate's in bold. */
export function tuningRows({ rates, tuning, tuned }: CaseSummary): { head: Row; rows: Row[] } {
  return {
    head: ['rule', ...rates.map(String)],
    rows: tuning.map(({ label, scores }, a) => [
      label,
      ...scores.map((score, r) => {
        const text = (100 * score).toFixed(2);
        return rates[r] === tuned[a].rate ? `**${text}**` : text;
      }),
    ]),
  };
}

/** Everything for a terminal. */
export function tablesText(experiment: Experiment, facts: RunFacts, cases: readonly CaseSummary[]): string {
  const lines = [experiment.title, ...standing(facts), ''];
  experiment.cases.forEach((c, i) => {
    const { tuned, fixed } = cases[i];
    lines.push(
      `${c.label}: each rule at its own best rate, ${String(tuned[0].n)} seeds`,
      plainTable(armRows(c, tuned)),
      '',
    );
    for (const { rate, arms } of fixed) lines.push(`All at ${String(rate)}`, plainTable(armRows(c, arms)), '');
    lines.push('Validation accuracy by rate', plainTable(tuningRows(cases[i])), '');
  });
  return lines.join('\n').trimEnd();
}

/** What a reader has to know before any number. */
export function standing({ standIn, quick }: RunFacts): string[] {
  return [
    ...(standIn ? ['Run on digits drawn by the tool: the real data was not at hand.'] : []),
    ...(quick
      ? ['A quick run with few samples, epochs and seeds: it shows that the experiment runs, and nothing more.']
      : []),
  ];
}

function plainTable({ head, rows }: { head: Row; rows: readonly Row[] }): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('**', '')));
  const widths = head.map((_, c) => Math.max(...all.map((row) => row[c].length)));
  return all
    .map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable({ head, rows }: { head: Row; rows: readonly Row[] }): string {
  const line = (row: Row): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
