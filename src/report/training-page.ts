import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';
import type { TrainReport } from '../ir/report.js';
import { integer, percent, real } from './format.js';
import { html, type Markup } from './html.js';
import { document } from './page.js';
import { confusionMap } from './plots/heat-map.js';
import { lineChart } from './plots/line-chart.js';
import { modulationSection } from './sections/modulation.js';
import { networkSection } from './sections/network.js';
import { lossAndAccuracy } from './sections/training.js';

/** What the page of one training run shows. */
export interface TrainingPageData {
  readonly title: string;
  readonly toolVersion: string;
  readonly plan: NetworkPlan;
  readonly options: TrainOptions;
  /** Of what the network answers. */
  readonly classNames: readonly string[];
  readonly report: TrainReport;
}

const OPTIMIZER_NAMES: Readonly<Record<TrainOptions['optimizer']['type'], string>> = {
  sgd: 'SGD',
  momentum: 'momentum SGD',
  nag: 'Nesterov’s accelerated gradient',
  rmsprop: 'RMSProp',
  adam: 'Adam',
};

/** A training run as one HTML file: no script, no network. The same data gives the same bytes. */
export function renderTrainingPage(data: TrainingPageData): string {
  const { report, plan } = data;
  const body = html`${head(data)} ${curves(data)} ${modulationSection(report.epochs, data.options.grapes)}
  ${networkSection(plan)} ${mistakes(data)}`;
  return document(data.title, data.toolVersion, body);
}

function head({ title, toolVersion, options, report }: TrainingPageData): Markup {
  const { epochs, test, bestEpoch, stoppedEarly } = report;
  const { optimizer, grapes } = options;
  const last = epochs.at(-1);
  const tiles = [
    { name: 'Accuracy on the test samples', value: percent(test.accuracy), detail: `of ${integer(test.samples)}` },
    ...(test.auc === undefined
      ? []
      : [{ name: 'Area under the ROC curve', value: test.auc.toFixed(4), detail: 'anomalies against normal samples' }]),
    {
      name: 'Epochs',
      value: integer(epochs.length),
      detail: `${stoppedEarly ? 'stopped early; ' : ''}the weights of epoch ${bestEpoch} were kept`,
    },
    ...(last === undefined
      ? []
      : [
          {
            name: 'Loss at the end',
            value: real(last.trainLoss),
            detail: last.validationLoss === null ? 'in training' : `validation ${real(last.validationLoss)}`,
          },
        ]),
    { name: 'Parameters', value: integer(report.parameters), detail: `${integer(report.macs)} MACs an inference` },
  ];
  return html`<header>
    <p class="eyebrow">grapes-mcu ${toolVersion} · training</p>
    <h1>${title}</h1>
    <p class="lead">
      Trained with ${OPTIMIZER_NAMES[optimizer.type]} at a learning rate of ${real(optimizer.learningRate)}, in batches
      of ${options.batchSize}, ${grapes.mode === 'off' ? 'without GRAPES' : `with GRAPES (${grapes.mode})`}, from seed
      ${options.seed}.
    </p>
    <dl class="tiles four">
      ${tiles.map(
        (t) =>
          html`<div>
            <dt>${t.name}</dt>
            <dd>${t.value}</dd>
            <dd class="detail">${t.detail}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

function curves({ report: { epochs } }: TrainingPageData): Markup | null {
  if (epochs.length === 0) return null;
  const rates = epochs.map((e) => e.learningRate);
  // A rate that never changes stands in the first sentence.
  const changes = rates.some((rate) => rate !== rates[0]);
  return html`<section>
    <h2>How it learned</h2>
    ${lossAndAccuracy(epochs)}
    ${
      changes &&
      html`<figure class="half">
        ${lineChart({
          title: `Learning rate from ${real(rates[0])} to ${real(rates[rates.length - 1])}`,
          xLabel: 'epoch',
          yLabel: 'learning rate',
          series: [{ name: '', tone: 'c', points: epochs.map((e) => [e.epoch, e.learningRate] as const) }],
          yFormat: (v) => real(v),
        })}
        <figcaption>The learning rate of each epoch.</figcaption>
      </figure>`
    }
  </section>`;
}

function mistakes({ report: { test }, classNames }: TrainingPageData): Markup | null {
  if (test.samples === 0) return null;
  return html`<section>
    <h2>Right and wrong answers</h2>
    <figure>
      ${confusionMap('Test samples by class and answer', test.confusion, classNames, 'what the network said')}
      <figcaption>Test samples, with the weights that were kept. On the diagonal: right.</figcaption>
    </figure>
  </section>`;
}
