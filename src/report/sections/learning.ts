import { integer, percent, points, real } from '../format.js';
import { html, type Markup } from '../html.js';
import { lineChart } from '../plots/line-chart.js';
import { greyPngUri } from '../plots/png.js';
import { confusionMap } from '../plots/heat-map.js';
import type { Pictures, ReportData } from '../report-data.js';
import { factorChart } from './factor-chart.js';

/** The world changes and the device learns: pictures, curves, before and after. */
export function learningSection(data: ReportData): Markup | null {
  const { learn, learnSpec, drift, classNames } = data;
  if (learn === null) return null;
  const { accuracy, curve } = learn;
  const accuracyChart = lineChart({
    title: `Accuracy while learning, from ${percent(learn.accuracyBefore)} to ${percent(learn.accuracyAfter)} on held-out samples`,
    xLabel: 'learning step',
    yLabel: `accuracy`,
    yRange: [0, 1],
    yFormat: (v) => percent(v, 0),
    levels: [
      {
        name: `held out, before: ${percent(learn.accuracyBefore)}`,
        tone: 'quiet',
        y: learn.accuracyBefore,
        side: 'right',
      },
      { name: `held out, after: ${percent(learn.accuracyAfter)}`, tone: 'b', y: learn.accuracyAfter, side: 'left' },
    ],
    series: [{ name: 'stream', tone: 'a', points: curve.map((p) => [p.step, p.accuracy] as const) }],
  });
  const lossChart = lineChart({
    title: 'Loss on the stream while learning',
    xLabel: 'learning step',
    yLabel: 'loss',
    yFormat: (v) => real(v),
    series: [{ name: 'stream', tone: 'a', points: curve.map((p) => [p.step, p.loss] as const) }],
  });
  const factors = factorChart(
    'Modulation factor of each hidden layer while learning',
    'learning step',
    curve.map((p) => ({ x: p.step, factors: p.factors })),
  );
  const change =
    drift?.kind === 'rotate' ? `Every sample is turned by ${drift.degrees}°.` : 'The samples stay as they were.';
  return html`<section>
    <h2>The world changes, the device learns</h2>
    <p>
      ${change} From then on the device gets one labelled sample at a time, predicts it, and updates its own weights
      with the generated
      routine${learnSpec !== null && html` (learning rate ${real(learnSpec.learningRate)}, GRAPES ${learnSpec.grapes}, ${learnSpec.layers === 'all' ? 'all layers' : `last ${learnSpec.layers} layers`})`}.
      Accuracy is measured by the device on ${integer(accuracy.heldOutBefore.samples)} samples it never learns from.
    </p>
    ${data.pictures !== null && pictureRows(data.pictures)}
    <div class="columns">
      <figure>
        ${accuracyChart}
        <figcaption>
          The device’s own predictions, each made before it learns from that sample; mean of the last ${learn.window}.
        </figcaption>
      </figure>
      <figure>
        ${lossChart}
        <figcaption>Cross-entropy on the same samples, before each update.</figcaption>
      </figure>
    </div>
    <div class="columns">
      <div>
        <table>
          <caption>
            Measured by the device
          </caption>
          <thead>
            <tr>
              <th scope="col">Samples</th>
              <th scope="col" class="n">Before</th>
              <th scope="col" class="n">After</th>
              <th scope="col" class="n">Change</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Changed world, held out</th>
              <td class="n">${percent(learn.accuracyBefore)}</td>
              <td class="n">${percent(learn.accuracyAfter)}</td>
              <td class="n">${points(learn.accuracyAfter - learn.accuracyBefore)}</td>
            </tr>
            <tr>
              <th scope="row">Old world<small>what was forgotten</small></th>
              <td class="n">${percent(learn.originalBefore)}</td>
              <td class="n">${percent(learn.originalAfter)}</td>
              <td class="n">${points(learn.originalAfter - learn.originalBefore)}</td>
            </tr>
          </tbody>
        </table>
        <table>
          <caption>
            Device against host
          </caption>
          <tbody>
            <tr>
              <th scope="row">Steps whose hash was compared</th>
              <td class="n">${integer(learn.steps)}</td>
            </tr>
            <tr>
              <th scope="row">Full comparisons of weights and sums</th>
              <td class="n">${integer(learn.comparedSteps)}</td>
            </tr>
            <tr>
              <th scope="row">Words that differed</th>
              <td class="n">${integer(learn.weightMismatches)}</td>
            </tr>
            <tr>
              <th scope="row">Steps with another loss or class</th>
              <td class="n">${integer(learn.resultMismatches)}</td>
            </tr>
            <tr>
              <th scope="row">Predictions with another class</th>
              <td class="n">${integer(learn.predictMismatches)}</td>
            </tr>
          </tbody>
        </table>
        ${learn.firstDivergence !== null && html`<p class="notice">First difference at step ${learn.firstDivergence.step}: ${learn.firstDivergence.part} of “${learn.firstDivergence.opName}”, element ${learn.firstDivergence.element}: expected ${learn.firstDivergence.expected} (0x${learn.firstDivergence.expectedBits}), got ${learn.firstDivergence.actual} (0x${learn.firstDivergence.actualBits}).</p>`}
      </div>
      ${
        factors !== null &&
        html`<figure>
          ${factors}
          <figcaption>
            GRAPES factors on the device: the mean of each hidden layer (line) and its smallest (dashed). The largest is
            always 2.
          </figcaption>
        </figure>`
      }
    </div>
    <div class="columns">
      <figure>
        ${confusionMap('Confusion matrix on held-out samples before learning', accuracy.heldOutBefore.confusion, classNames)}
        <figcaption>Changed world, before learning.</figcaption>
      </figure>
      <figure>
        ${confusionMap('Confusion matrix on held-out samples after learning', accuracy.heldOutAfter.confusion, classNames)}
        <figcaption>Changed world, after learning.</figcaption>
      </figure>
    </div>
  </section>`;
}

function pictureRows(pictures: Pictures): Markup {
  const { width, height, names } = pictures;
  const row = (title: string, images: readonly Uint8Array[]): Markup =>
    html`<div class="strip">
      <span>${title}</span>${images.map(
        (pixels, i) =>
          html`<img
            src="${greyPngUri(pixels, width, height)}"
            alt="${names[i]}, ${title}"
            width="${width}"
            height="${height}"
          />`,
      )}
    </div>`;
  return html`<figure class="strips">
    ${row('before', pictures.before)}${row('after', pictures.after)}
    <figcaption>One sample of each class in the old world and in the new one.</figcaption>
  </figure>`;
}
