import type { LayerSpread } from '../../ir/report.js';
import { html, type Markup } from '../html.js';
import { lineChart, type LineChart, type Tone } from '../plots/line-chart.js';

/** A layer's distribution at the end of an epoch. */
export interface EpochSpread {
  readonly epoch: number;
  readonly spread: LayerSpread;
}

/** A fan over the epochs: all nodes, the middle half over them, the median (line). */
export function spreadChart(
  rows: readonly EpochSpread[],
  chart: Pick<LineChart, 'title' | 'yLabel' | 'yFormat' | 'yRange'> & { readonly tone: Tone },
): Markup {
  const { tone, ...rest } = chart;
  return lineChart({
    ...rest,
    xLabel: 'epoch',
    bands: [
      { tone, points: rows.map(({ epoch, spread: { min, max } }) => [epoch, min, max] as const) },
      { tone, points: rows.map(({ epoch, spread: { q1, q3 } }) => [epoch, q1, q3] as const) },
    ],
    series: [{ name: 'median', tone, points: rows.map(({ epoch, spread }) => [epoch, spread.median] as const) }],
  });
}

/** For the caption: what the shades mean. */
export const FAN_LEGEND = html`Line: median; inner band: the middle half of the nodes; outer band: all of them.`;
