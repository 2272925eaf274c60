import { html, raw, type Markup } from '../../report/html.js';
import { lineChart } from '../../report/plots/line-chart.js';
import type { Experiment, ExperimentCase } from '../experiment.js';
import type { CaseSummary } from '../summary.js';
import { armTones } from './arm-tones.js';
import { pictureFile } from './picture.js';

const WIDTH = 560;
const HEIGHT = 300;
const HEADING = 30;
const PAD = 16;
/** A long name at a line's end may stand out a little. */
const GAP = 36;

/** Mean accuracy over the course of learning, each rule at its own best rate; one panel a case, two a row. */
export function curvePlot(experiment: Experiment, cases: readonly CaseSummary[]): string {
  const columns = Math.min(2, cases.length);
  const rows = Math.ceil(cases.length / columns);
  const width = PAD + columns * (WIDTH + GAP);
  const height = rows * (HEIGHT + HEADING + PAD) + PAD;
  const panels = cases.map((c, i) => {
    const x = PAD + (i % columns) * (WIDTH + GAP);
    const y = PAD + Math.floor(i / columns) * (HEIGHT + HEADING + PAD);
    return html`<text class="heading" x="${x}" y="${y + 12}">${c.label}</text>
      ${placed(chart(experiment, experiment.cases[i], c), x, y + HEADING)} `;
  });
  return pictureFile(width, height, `${experiment.title}: accuracy while learning`, html`${panels}`);
}

function chart(experiment: Experiment, { task }: ExperimentCase, { tuned }: CaseSummary): Markup {
  const tones = armTones(experiment.arms);
  const xLabel = { train: 'epochs', continual: 'tasks learned', adapt: 'stretches of steps' }[task.kind];
  return lineChart({
    title: 'accuracy while learning',
    xLabel,
    yLabel: 'test accuracy, %',
    // The start is guessing (or an untouched network): it would only press the curves together.
    series: tuned.map(({ arm, label, curve }, a) => ({
      name: label,
      tone: tones(arm),
      dashed: a > 3,
      points: curve.map((v, i) => [i, 100 * v] as const).slice(task.kind === 'train' ? 1 : 0),
    })),
    yFormat: (v) => String(v),
  });
}

/** The chart's own <svg>, put at a place in another. */
function placed(chart: Markup, x: number, y: number): Markup {
  const place = `<svg overflow="visible" x="${String(x)}" y="${String(y)}" width="${String(WIDTH)}" height="${String(HEIGHT)}" `;
  return raw(chart.text.replace('<svg ', place));
}
