import type { FactorSpread } from '../../ir/telemetry.js';
import type { Markup } from '../html.js';
import { lineChart, type Tone } from '../plots/line-chart.js';

const TONES: readonly Tone[] = ['a', 'b', 'c', 'quiet'];

/** Mean (line) and smallest (dashed) of the modulation factors of every hidden layer; null where there are none. The largest is 2 by definition. */
export function factorChart(
  title: string,
  xLabel: string,
  rows: readonly { readonly x: number; readonly factors: readonly FactorSpread[] }[],
): Markup | null {
  const layers = Math.max(0, ...rows.map((row) => row.factors.length));
  if (layers === 0) return null;
  const of = (layer: number): { x: number; f: FactorSpread }[] =>
    rows.flatMap(({ x, factors }) => (factors[layer] === undefined ? [] : [{ x, f: factors[layer] }]));
  const indexes = Array.from({ length: layers }, (_, k) => k);
  return lineChart({
    title,
    xLabel,
    yLabel: 'factor',
    yRange: [1, 2],
    yFormat: (v) => v.toFixed(1),
    series: indexes.flatMap((k) => {
      const tone = TONES[k % TONES.length];
      const points = of(k);
      return [
        { name: `layer ${k + 1}`, tone, points: points.map(({ x, f }) => [x, f.mean] as const) },
        { name: '', tone, dashed: true, points: points.map(({ x, f }) => [x, f.min] as const) },
      ];
    }),
  });
}
