import type { Int4Row, MixedPrecision, SensitivityReport } from '../../ir/report.js';
import { bytes, percent } from '../format.js';
import { html, type Markup } from '../html.js';
import { bars } from '../plots/bars.js';
import { choiceName, choiceYaml } from '../precision-choice.js';

/** What stands for no noise at all in a difference. */
const LOUDEST = 200;

/** Which layer costs the accuracy: what each part would gain in int16, alone and with the costlier ones. */
export function sensitivityPart(report: SensitivityReport): Markup {
  const { samples, int8, float, rows, costliest, mixed } = report;
  if (costliest === null) {
    return html`<p>In simulation on ${samples} training samples no layer costs more than another.</p>
      ${int4Part(report)} ${choicesPart(report)}`;
  }
  const { name, part } = rows[costliest];
  return html`<h3>What costs the accuracy</h3>
    <p>
      Most of all the ${part} of <b>${name}</b>. Simulated on ${samples} training samples, where the integers have
      ${text(int8)} ${float.accuracy === null ? '' : ` and float32 ${percent(float.accuracy)}`}. The bars show what the
      output gains in signal to noise where one part alone is int16: purple the weights, green the activations.
    </p>
    ${gains(report)}
    <table>
      <caption>
        The costliest parts in int16, one after another
      </caption>
      <thead>
        <tr>
          <th scope="col">Also in int16</th>
          <th scope="col" class="n">Signal to noise</th>
          ${int8.accuracy === null ? '' : html`<th scope="col" class="n">Accuracy</th>`}
          <th scope="col" class="n">Memory</th>
        </tr>
      </thead>
      <tbody>
        ${mixed.map((set) => {
          const added = rows[set.rows[set.rows.length - 1]];
          return html`<tr>
            <th scope="row">${added.part} of ${added.name}</th>
            <td class="n">${decibels(set)}</td>
            ${set.accuracy === null ? '' : html`<td class="n">${percent(set.accuracy)}</td>`}
            <td class="n">+${bytes(set.bytes)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${int4Part(report)} ${choicesPart(report)}`;
}

/** What int4 weights would save and cost. */
function int4Part({ int8, int4, allInt4 }: SensitivityReport): Markup {
  if (allInt4 === null) return html``;
  const row = (r: Int4Row, name: string): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      <td class="n">${decibels(r)}</td>
      ${r.accuracy === null ? '' : html`<td class="n">${percent(r.accuracy)}</td>`}
      <td class="n">-${bytes(r.savedBytes)}</td>
    </tr>`;
  return html`<table>
    <caption>
      The weights of a layer in int4
    </caption>
    <thead>
      <tr>
        <th scope="col">In int4</th>
        <th scope="col" class="n">Signal to noise</th>
        ${int8.accuracy === null ? '' : html`<th scope="col" class="n">Accuracy</th>`}
        <th scope="col" class="n">Flash</th>
      </tr>
    </thead>
    <tbody>
      ${int4.map((r) => row(r, r.name))} ${int4.length > 1 ? row(allInt4, 'all of them') : ''}
    </tbody>
  </table>`;
}

/** What grapes.yaml can say. */
function choicesPart({ int8, choices }: SensitivityReport): Markup {
  if (choices.length === 0) return html``;
  const change = (n: number): string => (n === 0 ? '0' : `${n > 0 ? '+' : '-'}${bytes(Math.abs(n))}`);
  return html`<table>
    <caption>
      What
      <code>quantize</code>
      of grapes.yaml can choose, and what it would give
    </caption>
    <thead>
      <tr>
        <th scope="col">Choice</th>
        <th scope="col" class="n">Signal to noise</th>
        ${int8.accuracy === null ? '' : html`<th scope="col" class="n">Accuracy</th>`}
        <th scope="col" class="n">Flash</th>
        <th scope="col" class="n">Activations</th>
        <th scope="col">quantize:</th>
      </tr>
    </thead>
    <tbody>
      ${choices.map(
        (choice) =>
          html`<tr>
            <th scope="row">${choiceName(choice)}</th>
            <td class="n">${decibels(choice)}</td>
            ${choice.accuracy === null ? '' : html`<td class="n">${percent(choice.accuracy)}</td>`}
            <td class="n">${change(choice.flashBytes)}</td>
            <td class="n">${change(choice.ramBytes)}</td>
            <td>${choiceYaml(choice).map((line) => html`<code>${line}</code> `)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A bar a layer. */
function gains({ int8, rows }: SensitivityReport): Markup {
  const gain = ({ sqnrDb }: MixedPrecision): number => Math.max(0, (sqnrDb ?? LOUDEST) - (int8.sqnrDb ?? LOUDEST));
  const layers = [...new Set(rows.map(({ name }) => name))].map((name) => rows.filter((row) => row.name === name));
  const total = Math.max(...layers.map((own) => own.reduce((sum, row) => sum + gain(row), 0)));
  return bars(
    layers.map((own) => ({
      name: own[0].name,
      label: own.map((row) => `${row.part} +${gain(row).toFixed(1)} dB`).join(', '),
      parts: own.map((row) => ({
        name: `${row.part} +${gain(row).toFixed(2)} dB`,
        value: gain(row),
        tone: row.part === 'weights' ? 'a' : 'b',
      })),
      total,
    })),
  );
}

function decibels({ sqnrDb }: MixedPrecision): string {
  return sqnrDb === null ? 'no noise' : `${sqnrDb.toFixed(1)} dB`;
}

function text(measured: MixedPrecision): string {
  return measured.accuracy === null ? decibels(measured) : `${decibels(measured)}, ${percent(measured.accuracy)}`;
}
