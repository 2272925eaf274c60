import type { FactorRule } from '../../ir/model-spec.js';
import type { GrapesOptions } from '../../ir/options.js';
import type { EpochMetrics } from '../../ir/report.js';
import { integer, real } from '../format.js';
import { html, type Markup } from '../html.js';
import { FAN_LEGEND, spreadChart, type EpochSpread } from './spread-chart.js';

/** GRAPES, layer by layer: factors and responsibilities of the nodes over the epochs; null with GRAPES off. */
export function modulationSection(epochs: readonly EpochMetrics[], { factor, constant }: GrapesOptions): Markup | null {
  const layers = epochs.at(-1)?.factors ?? [];
  if (layers.length === 0) return null;
  const over = (of: 'factors' | 'responsibilities', k: number): EpochSpread[] =>
    epochs.flatMap(({ epoch, [of]: spreads }) => (k < spreads.length ? [{ epoch, spread: spreads[k] }] : []));
  const rules: Readonly<Record<FactorRule, string>> = {
    'per-node':
      'Its modulation factor follows from it: 2 for the most responsible node of a layer, in proportion for the ' +
      'others, and never less than 1. Where a layer’s nodes drift apart, the fan opens.',
    'layer-mean': 'Here every node of a layer has the mean of the factors that its nodes would have.',
    constant: `Here it does not count: every factor is ${real(constant)}.`,
  };
  return html`<section>
    <h2>What GRAPES does</h2>
    <p>A node’s responsibility is the sum of its absolute incoming weights. ${rules[factor]}</p>
    ${layers.map(
      ({ layer, count }, k) =>
        html`<h3>${layer} <small>${integer(count)} nodes</small></h3>
          <div class="columns">
            <figure>
              ${spreadChart(over('factors', k), {
                title: `Modulation factors of ${layer}, over the epochs`,
                yLabel: 'modulation factor',
                yRange: factor === 'constant' ? [0, Math.max(2, constant)] : [1, 2],
                yFormat: (v) => v.toFixed(1),
                tone: 'a',
              })}
              ${k === 0 && html`<figcaption>${FAN_LEGEND}</figcaption>`}
            </figure>
            <figure>
              ${spreadChart(over('responsibilities', k), {
                title: `Responsibilities of ${layer}, over the epochs`,
                yLabel: 'responsibility',
                yFormat: (v) => real(v),
                tone: 'b',
              })}
            </figure>
          </div>`,
    )}
  </section>`;
}
