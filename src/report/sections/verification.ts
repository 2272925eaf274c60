import { bytes, integer, rate } from '../format.js';
import { html, type Markup } from '../html.js';
import type { ReportData } from '../report-data.js';

/** Bits, instructions, stack and link. */
export function verificationSection(data: ReportData): Markup | null {
  const { verify, learn } = data;
  if (verify === null) return null;
  const { firstMismatch, firstDivergence, link } = verify;
  const outputs = verify.samples * data.layerSizes[data.layerSizes.length - 1];
  const instructions = [
    { name: 'Inference', spread: verify.instructions },
    { name: 'Learning step', spread: learn?.instructions ?? null },
  ].filter((row) => row.spread !== null);
  const stack = Math.max(verify.stackHighWaterBytes ?? 0, learn?.stackHighWaterBytes ?? 0);
  return html`<section>
    <h2>Verification on the device</h2>
    <p>
      ${integer(verify.samples)} samples went over the serial link, and each of the ${integer(outputs)} output bytes was
      compared with the integer reference.
      ${verify.mismatches === 0 ? 'None differs.' : `${integer(verify.mismatches)} differ.`}
    </p>
    ${
      firstMismatch !== null &&
      html`<p class="notice">
        The first is sample ${firstMismatch.sample}, output ${firstMismatch.element}: expected
        ${firstMismatch.expected}, got ${firstMismatch.actual}.
        ${
          firstDivergence === null
            ? 'Run again layer by layer, the same sample agrees.'
            : `It begins in layer ${firstDivergence.opIndex} “${firstDivergence.opName}”, element ${firstDivergence.element}: expected ${firstDivergence.expected}, got ${firstDivergence.actual}.`
        }
      </p>`
    }
    <div class="columns">
      <table>
        <caption>
          Instructions
        </caption>
        ${
          instructions.length === 0
            ? html`<tbody>
                <tr>
                  <td>This board does not count instructions.</td>
                </tr>
              </tbody>`
            : html`<thead>
                  <tr>
                    <th></th>
                    <th scope="col" class="n">Least</th>
                    <th scope="col" class="n">Mean</th>
                    <th scope="col" class="n">Most</th>
                  </tr>
                </thead>
                <tbody>
                  ${instructions.map(
                    ({ name, spread }) =>
                      html`<tr>
                        <th scope="row">${name}</th>
                        <td class="n">${integer(spread!.min)}</td>
                        <td class="n">${integer(spread!.mean)}</td>
                        <td class="n">${integer(spread!.max)}</td>
                      </tr>`,
                  )}
                </tbody>`
        }
      </table>
      <table>
        <caption>
          Stack and link
        </caption>
        <tbody>
          <tr>
            <th scope="row">Deepest stack seen</th>
            <td class="n">${stack === 0 ? 'not painted' : bytes(stack)}</td>
          </tr>
          <tr>
            <th scope="row">Inferences a second over the link</th>
            <td class="n">${rate(link.samplesPerSecond)}</td>
          </tr>
          <tr>
            <th scope="row">Bytes a second, both ways</th>
            <td class="n">${integer(link.bytesPerSecond)}</td>
          </tr>
          <tr>
            <th scope="row">Frames sent again</th>
            <td class="n">${integer(link.retransmissions)}</td>
          </tr>
        </tbody>
      </table>
    </div>
    ${instructions.length > 0 && html`<p class="note">Instructions are counted by the emulator, by how far its clock moves, one sample at a time. They are not cycles: a real core takes more than one cycle for some.</p>`}
  </section>`;
}
