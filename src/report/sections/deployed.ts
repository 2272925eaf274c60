import type { OptimizeReport } from '../../ir/report.js';
import { bytes, integer } from '../format.js';
import { html, type Markup } from '../html.js';
import type { ReportData } from '../report-data.js';

const ROUNDINGS = { tflite: 'tflite: two, as TensorFlow Lite', single: 'single: one, with fewer instructions' };
/** Ops that are gone are named up to here, then counted. */
const NAMED = 6;

/** The network as it runs on the device: its ops and MACs, what the exact passes took out, how it rounds. */
export function deployedSection({ network, optimize, plan }: ReportData): Markup | null {
  if (network === null) return null;
  const rows: [name: string, value: string][] = [
    ...(plan === null ? [] : [['Ops', change(network.ops, plan.ops.length)] satisfies [string, string]]),
    ...(optimize === null ? [] : savings(optimize)),
    ['Rounding of the requantization', ROUNDINGS[network.rounding]],
  ];
  return html`<section>
    <h2>Network</h2>
    <table>
      <caption>
        Integers on the device; the exact passes change no output byte
      </caption>
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="n" style="white-space:normal">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function savings({ macs, weightBytes, removedOps, removedChannels, order }: OptimizeReport): [string, string][] {
  const channels = removedChannels.reduce((n, { before, after }) => n + before - after, 0);
  const more = removedOps.length > NAMED ? ` and ${String(removedOps.length - NAMED)} more` : '';
  const removed = [
    ...(channels > 0
      ? [
          `${integer(channels)} dead channels of ${String(removedChannels.length)} ${removedChannels.length === 1 ? 'op' : 'ops'}`,
        ]
      : []),
    ...(removedOps.length > 0 ? [`${removedOps.slice(0, NAMED).join(', ')}${more}: gone into their neighbours`] : []),
  ];
  const saved = macs.after < macs.before ? ` (−${(100 * (1 - macs.after / macs.before)).toFixed(1)} %)` : '';
  return [
    ['MACs an inference', change(macs.before, macs.after) + saved],
    ['Weights, biases, tables', change(weightBytes.before, weightBytes.after, bytes)],
    ['Removed by the exact passes', removed.length === 0 ? 'nothing: there was nothing to remove' : removed.join('; ')],
    ...(order?.arenaBytes == null
      ? []
      : [
          ['Arena, by the order of ops', change(order.arenaBytes.before, order.arenaBytes.after, bytes)] as [
            string,
            string,
          ],
        ]),
  ];
}

function change(before: number, after: number, format: (value: number) => string = integer): string {
  return before === after ? format(after) : `${format(before)} → ${format(after)}`;
}
