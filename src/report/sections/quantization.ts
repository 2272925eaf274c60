import { widthsName } from '../../ir/report.js';
import { bytes, percent, points, real } from '../format.js';
import { html, type Markup } from '../html.js';
import type { ReportData } from '../report-data.js';
import { sensitivityPart } from './sensitivity.js';

/** Layer by layer: how much signal the integers keep, and what they save. */
export function quantizationSection(data: ReportData): Markup | null {
  const { quantize } = data;
  if (quantize === null) return null;
  return html`<section>
    <h2>Quantization</h2>
    <p>
      From ${percent(quantize.float.accuracy, 2)} in float32 to ${percent(quantize.int8.accuracy, 2)} in
      ${widthsName(quantize.layers) === 'int8' ? 'int8' : `integers (${widthsName(quantize.layers)})`}
      (${points(quantize.int8.accuracy - quantize.float.accuracy)}), over ${quantize.float.samples} test samples.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col" class="n">Signal to noise</th>
          <th scope="col" class="n">Saturated outputs</th>
          <th scope="col" class="n">Output scale</th>
          <th scope="col" class="n">Zero point</th>
          <th scope="col" class="n">Float32</th>
          <th scope="col" class="n">Integers</th>
        </tr>
      </thead>
      <tbody>
        ${quantize.layers.map(
          (l) =>
            html`<tr>
              <th scope="row">${l.name}</th>
              <td class="n">${l.sqnrDb === null ? 'no noise' : `${l.sqnrDb.toFixed(1)} dB`}</td>
              <td class="n">${percent(l.saturation, 2)}</td>
              <td class="n">${real(l.scale)}</td>
              <td class="n">${l.zeroPoint}</td>
              <td class="n">${bytes(l.floatBytes)}</td>
              <td class="n">${bytes(l.int8Bytes)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Whole model</th>
          <td colspan="4"></td>
          <td class="n">${bytes(quantize.floatBytes)}</td>
          <td class="n">${bytes(quantize.int8Bytes)}</td>
        </tr>
      </tfoot>
    </table>
    ${sensitivityPart(quantize.sensitivity)}
  </section>`;
}
