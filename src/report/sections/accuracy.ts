import { integer, percent } from '../format.js';
import { html, type Markup } from '../html.js';
import { confusionMap } from '../plots/heat-map.js';
import type { AccuracyReport } from '../../ir/report.js';
import type { ReportData } from '../report-data.js';

/** Float, int8 and device side by side; what the device takes for what. Nothing where samples have no labels. */
export function accuracySection(data: ReportData): Markup | null {
  const { verify, classNames } = data;
  if (verify === null || verify.device === null) return null;
  const { device } = verify;
  const rows = [
    { name: 'float32, on the host', report: verify.float, say: 'the network as it was trained' },
    { name: 'int8, on the host', report: verify.int8, say: 'the integer reference' },
    { name: `int8, on ${verify.boardId}`, report: device, say: 'what the device answered' },
  ].filter((row): row is typeof row & { readonly report: AccuracyReport } => row.report !== null);
  const samplesOf = (c: number): number => device.confusion[c].reduce((sum, n) => sum + n, 0);
  const title = `Confusion matrix of the device over ${verify.samples} test samples, accuracy ${percent(device.accuracy)}`;
  return html`<section>
    <h2>Accuracy</h2>
    <div class="columns">
      <figure>
        ${confusionMap(title, device.confusion, classNames)}
        <figcaption>Every test sample through the device. Purple is right, amber is not.</figcaption>
      </figure>
      <div>
        <table>
          <caption>
            ${integer(verify.samples)} test samples
          </caption>
          <thead>
            <tr>
              <th scope="col">Network</th>
              <th scope="col" class="n">Accuracy</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (r) =>
                html`<tr>
                  <th scope="row">${r.name}<small>${r.say}</small></th>
                  <td class="n">${percent(r.report.accuracy, 2)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        <table>
          <caption>
            Right, class by class
          </caption>
          <thead>
            <tr>
              <th scope="col">Class</th>
              ${rows.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${classNames.map(
              (name, c) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  ${rows.map((r) => html`<td class="n">${samplesOf(c) === 0 ? '–' : percent(r.report.perClass[c])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>
  </section>`;
}
