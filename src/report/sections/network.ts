import type { NetworkPlan } from '../../ir/network-plan.js';
import { elementCount } from '../../ir/tensor.js';
import { integer } from '../format.js';
import { html, type Markup } from '../html.js';

/** The layers as a table: shapes, parameters, multiplications. */
export function networkSection({ inputShape, layers }: NetworkPlan): Markup {
  const rows = layers.map(({ name, spec, outputShape, parameters, macs }) => ({
    name,
    type: spec.type,
    shape: outputShape.join(' × '),
    parameters: parameters.reduce((n, { shape }) => n + elementCount(shape), 0),
    macs,
  }));
  const total = (of: 'parameters' | 'macs'): number => rows.reduce((n, row) => n + row[of], 0);
  return html`<section>
    <h2>The network</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>layer</th>
            <th>type</th>
            <th class="n">output</th>
            <th class="n">parameters</th>
            <th class="n">MACs an inference</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th>input</th>
            <td></td>
            <td class="n">${inputShape.join(' × ')}</td>
            <td class="n"></td>
            <td class="n"></td>
          </tr>
          ${rows.map(
            (row) =>
              html`<tr>
                <th>${row.name}</th>
                <td>${row.type.replaceAll('_', ' ')}</td>
                <td class="n">${row.shape}</td>
                <td class="n">${integer(row.parameters)}</td>
                <td class="n">${integer(row.macs)}</td>
              </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th>together</th>
            <td></td>
            <td></td>
            <td class="n">${integer(total('parameters'))}</td>
            <td class="n">${integer(total('macs'))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  </section>`;
}
