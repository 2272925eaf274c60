import { integer, percent, real } from '../format.js';
import { html, type Markup } from '../html.js';
import { lineChart, type Series } from '../plots/line-chart.js';
import type { ReportData } from '../report-data.js';
import type { AccuracyReport, EpochMetrics } from '../../ir/report.js';
import { factorChart } from './factor-chart.js';

/** Loss, accuracy and factors of the training on the host. */
export function trainingSection(data: ReportData): Markup | null {
  const { train } = data;
  if (train === null || train.epochs.length === 0) return null;
  const { epochs } = train;
  const factors = factorChart(
    'Modulation factor of each hidden layer, over the epochs',
    'epoch',
    epochs.map((e) => ({ x: e.epoch, factors: e.factors })),
  );
  const how = data.trainGrapes === 'off' ? 'without GRAPES' : `with GRAPES (${data.trainGrapes})`;
  return html`<section>
    <h2>Training on the host</h2>
    <p>
      ${epochs.length} epochs ${how}: ${integer(train.parameters)} parameters, ${integer(train.macs)} multiplications an
      inference. The weights of epoch ${train.bestEpoch} were
      kept${train.stoppedEarly ? ', and training stopped early' : ''}. On the test samples:
      ${percent(train.test.accuracy, 2)}${areaUnderCurve(train.test)}.
    </p>
    ${lossAndAccuracy(train.epochs)}
    ${
      factors !== null &&
      html`<figure class="half">
        ${factors}
        <figcaption>
          The GRAPES factor lies between 1 and 2: the node with the largest incoming weights gets 2. Line: mean; dashed:
          smallest.
        </figcaption>
      </figure>`
    }
  </section>`;
}

/** Both curves, on what is trained and on what is watched; without classes the loss alone. */
export function lossAndAccuracy(epochs: readonly EpochMetrics[]): Markup {
  const last = epochs[epochs.length - 1];
  const curve = (name: string, tone: Series['tone'], y: (e: EpochMetrics) => number | null): Series => ({
    name,
    tone,
    points: epochs.flatMap((e) => {
      const value = y(e);
      return value === null ? [] : [[e.epoch, value] as const];
    }),
  });
  const watched = last.validationLoss === null ? [] : ['validation'];
  const loss = lineChart({
    title: `Training loss falls to ${real(last.trainLoss)} in ${epochs.length} epochs`,
    xLabel: 'epoch',
    yLabel: 'loss',
    series: [
      curve('training', 'a', (e) => e.trainLoss),
      ...watched.map((name) => curve(name, 'b', (e) => e.validationLoss)),
    ],
    yFormat: (v) => real(v),
  });
  const accuracy =
    last.trainAccuracy === null
      ? null
      : lineChart({
          title: `Training accuracy reaches ${percent(last.trainAccuracy)}`,
          xLabel: 'epoch',
          yLabel: 'accuracy',
          series: [
            curve('training', 'a', (e) => e.trainAccuracy),
            ...watched.map((name) => curve(name, 'b', (e) => e.validationAccuracy)),
          ],
          yFormat: (v) => percent(v, 0),
        });
  return html`<div class="columns">
    <figure>
      ${loss}
      <figcaption>
        ${accuracy === null ? 'Mean squared error of the reconstruction' : 'Cross-entropy'}${watched.length > 0 ? ', on what is trained and on what is only watched' : ''}.${lastDropout(last)}
      </figcaption>
    </figure>
    ${
      accuracy !== null &&
      html`<figure>
        ${accuracy}
        <figcaption>Share of samples classified right.</figcaption>
      </figure>`
    }
  </div>`;
}

export function areaUnderCurve({ auc }: AccuracyReport): string {
  return auc === undefined ? '' : `, area under the ROC curve ${auc.toFixed(4)}`;
}

/** With dropout the training curve lies below what the finished network can do. */
function lastDropout(last: EpochMetrics): string {
  return last.validationLoss !== null && last.validationLoss < last.trainLoss
    ? ' The training curve is measured while the weights still move, with dropout where there is any.'
    : '';
}
