import { memoryBytes } from '../../boards/descriptor.js';
import type { ImageSizes } from '../../ir/firmware-image.js';
import { memoryTable, type MemoryRow } from '../../ir/memory-table.js';
import { bytes } from '../format.js';
import { html, type Markup } from '../html.js';
import { bars, type Bar } from '../plots/bars.js';
import type { ReportData } from '../report-data.js';
import { arenaChart } from './arena-chart.js';

/** Flash, RAM and stack against the board, and where each number comes from. */
export function memorySection(data: ReportData): Markup | null {
  const { sizes, plan, board } = data;
  if (sizes === null && plan === null) return null;
  const rows = sizes === null ? [] : usage(data, sizes);
  const parts = sizes === null ? [] : memoryTable(sizes);
  return html`<section>
    <h2>Memory</h2>
    ${
      rows.length > 0
        ? html`<figure>
            ${bars(rows)}
            <figcaption>
              Of what ${board.chip.name} has. Purple: the model and its learning; grey: the program around it. On the
              stack, green was seen and grey is the bound.
            </figcaption>
          </figure>`
        : html`<p>
            ${sizes === null ? 'Without a compiler only the model itself is known.' : `${board.name} has no memory limits of its own; the numbers below are those of the model.`}
          </p>`
    }
    ${plan !== null && plan.tensors.length > 0 && arenaChart(plan)}
    <div class="columns">
      ${
        parts.length > 0 &&
        html`<table>
          <caption>
            From the model to the firmware around it (${source('compiled')}). The model is what any firmware takes on
            with it. Its stack is that of a call; the firmware's reaches from reset through the deepest call and
            interrupt.
          </caption>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col" class="n">Flash</th>
              <th scope="col" class="n">RAM</th>
              <th scope="col" class="n">Stack</th>
            </tr>
          </thead>
          <tbody>
            ${parts.map(partRow)}
          </tbody>
        </table>`
      }
      ${
        plan !== null &&
        html`<table>
          <caption>
            What the model needs (${source('planned')})
          </caption>
          <tbody>
            <tr>
              <th scope="row">Weights, biases, tables in flash</th>
              <td class="n">${bytes(plan.constantBytes)}</td>
            </tr>
            <tr>
              <th scope="row">Activations (arena)</th>
              <td class="n">${bytes(plan.arenaBytes)}</td>
            </tr>
            ${
              plan.learn !== null &&
              html`<tr>
                  <th scope="row">Learning: weights and biases, float32</th>
                  <td class="n">${bytes(plan.learn.weightBytes + plan.learn.biasBytes)}</td>
                </tr>
                <tr>
                  <th scope="row">Learning: activations and errors</th>
                  <td class="n">${bytes(plan.learn.scratchBytes)}</td>
                </tr>
                <tr>
                  <th scope="row">Learning: GRAPES node sums</th>
                  <td class="n">${bytes(plan.learn.nodeSumBytes)}</td>
                </tr>`
            }
          </tbody>
        </table>`
      }
    </div>
  </section>`;
}

function partRow({ name, isSum, flashBytes, ramBytes, stackBytes }: MemoryRow): Markup {
  const cell = (n: number | null): Markup => {
    const text = n === null ? '' : bytes(n);
    return html`<td class="n">${isSum ? html`<strong>${text}</strong>` : text}</td>`;
  };
  return html`<tr>
    <th scope="row">${isSum ? html`<strong>${name}</strong>` : name}</th>
    ${cell(flashBytes)} ${cell(ramBytes)} ${cell(stackBytes)}
  </tr>`;
}

function usage({ plan, board, verify, learn }: ReportData, { flash, ram, stack }: ImageSizes): Bar[] {
  const out: Bar[] = [];
  const flashTotal = memoryBytes(board.chip, 'flash');
  const ramTotal = memoryBytes(board.chip, 'ram');
  const reserve = board.chip.stackReserveBytes;
  if (flash !== null && flashTotal > 0) {
    const label = `${bytes(flash.bytes)} of ${bytes(flashTotal)}, ${source(flash.source)}`;
    out.push({ name: 'Flash', label, total: flashTotal, parts: shares(flash.bytes, plan?.constantBytes ?? 0) });
  }
  if (ram !== null && ramTotal > 0) {
    const label = `${bytes(ram.bytes)} of ${bytes(ramTotal)}, ${source(ram.source)}`;
    const model = (plan?.arenaBytes ?? 0) + (plan?.learn?.ramBytes ?? 0);
    out.push({ name: 'RAM, without stack', label, total: ramTotal, parts: shares(ram.bytes, model) });
  }
  if (stack !== null && reserve !== null) {
    const label = `at most ${bytes(stack.bytes)} of ${bytes(reserve)}, ${source(stack.source)}`;
    const seen = Math.max(verify?.stackHighWaterBytes ?? 0, learn?.stackHighWaterBytes ?? 0);
    const deepest = seen > 0 ? `; deepest ${bytes(seen)}, ${source('measured')}` : '';
    const parts: Bar['parts'] = [
      { name: `seen: ${bytes(seen)}`, value: Math.min(seen, stack.bytes), tone: 'b' },
      { name: `bound: ${bytes(stack.bytes)}`, value: Math.max(0, stack.bytes - seen), tone: 'quiet' },
    ];
    out.push({ name: 'Stack', label: label + deepest, total: reserve, parts });
  }
  return out;
}

function shares(total: number, model: number): Bar['parts'] {
  const own = Math.min(model, total);
  return [
    { name: `model: ${bytes(own)}`, value: own, tone: 'a' },
    { name: `program: ${bytes(total - own)}`, value: total - own, tone: 'quiet' },
  ];
}

function source(kind: 'planned' | 'compiled' | 'measured'): string {
  const words = {
    planned: 'computed from the graph',
    compiled: 'read from the compiler',
    measured: 'seen on the device',
  };
  return words[kind];
}
