import { bytes, integer, percent, points } from '../format.js';
import { html, type Markup } from '../html.js';
import { verdictOf, type ReportData } from '../report-data.js';

/** More layers than this are counted, not listed. */
const MOST_SIZES = 7;

interface Tile {
  readonly value: string;
  readonly name: string;
  readonly detail: string;
}

/** Title, verdict, the story in two sentences and the numbers one looks for first. */
export function header(data: ReportData): Markup {
  const verdict = verdictOf(data);
  return html`<header>
    <p class="eyebrow">grapes-mcu ${data.toolVersion}</p>
    <div class="headline">
      <h1>${data.title}</h1>
      ${verdict !== null && html`<span class="verdict ${verdict}">${verdict === 'pass' ? 'Pass' : 'Fail'}</span>`}
    </div>
    <p class="lead">${story(data)}</p>
    ${data.notes.map((note) => html`<p class="notice">${note}</p>`)}
    <dl class="tiles">
      ${tiles(data).map(
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

function story(data: ReportData): string {
  const { board, layerSizes, verify, learn, drift } = data;
  const parts = [`A network of ${sizes(layerSizes)} on ${board.name}.`];
  if (verify === null && learn === null) parts.push('It has not been verified on the board yet.');
  if (verify !== null) {
    const samples = verify.device === null ? 'drawn inputs' : 'test samples';
    parts.push(
      verify.mismatches === 0
        ? `All ${integer(verify.samples)} ${samples} gave exactly the bytes that the host computes.`
        : `${integer(verify.mismatches)} output bytes in ${integer(verify.mismatchedSamples)} of ${integer(verify.samples)} ${samples} were not what the host computes.`,
    );
  }
  if (learn !== null) {
    const change = drift?.kind === 'rotate' ? `the samples turned by ${drift.degrees}°` : 'the stream began';
    parts.push(
      `Then ${change}, and the device learned from ${integer(learn.steps)} of them by itself: ` +
        `${percent(learn.accuracyBefore)} right before, ${percent(learn.accuracyAfter)} after` +
        (learn.verdict === 'pass'
          ? ', every step equal to the host’s in every bit.'
          : '. It did not follow the reference.'),
    );
  }
  return parts.join(' ');
}

/** Of a short network every layer, of a long one its ends. */
function sizes(layers: readonly number[]): string {
  if (layers.length <= MOST_SIZES) return `${layers.join('–')} units`;
  return `${integer(layers[0])} inputs, ${layers.length - 1} layers and ${integer(layers[layers.length - 1])} outputs`;
}

function tiles(data: ReportData): Tile[] {
  const { verify, learn, sizes, plan } = data;
  const out: Tile[] = [];
  if (verify !== null) {
    const { device, int8, float } = verify;
    if (device !== null) {
      out.push({
        name: 'Accuracy on the device',
        value: percent(device.accuracy),
        detail: Object.entries({ float, int8 })
          .flatMap(([name, on]) => (on === null ? [] : [`${name} ${percent(on.accuracy)}`]))
          .join(', '),
      });
    }
    out.push({
      name: 'Differing output bytes',
      value: integer(verify.mismatches),
      detail: `of ${integer(verify.samples)} samples compared`,
    });
  }
  if (learn !== null) {
    out.push({
      name: 'Learned on the device',
      value: points(learn.accuracyAfter - learn.accuracyBefore),
      detail: `${percent(learn.accuracyBefore)} → ${percent(learn.accuracyAfter)} in ${integer(learn.steps)} steps`,
    });
  }
  const instructions = verify?.instructions ?? null;
  if (instructions !== null) {
    const step = learn?.instructions ?? null;
    out.push({
      name: 'Instructions an inference',
      value: integer(instructions.mean),
      detail: step === null ? 'counted by the emulator' : `${integer(step.mean)} a learning step`,
    });
  }
  const flash = sizes?.flash ?? null;
  const ram = sizes?.ram ?? null;
  if (flash !== null) {
    const model = plan === null ? '' : `${bytes(plan.constantBytes)} of it the model`;
    out.push({ name: 'Flash', value: bytes(flash.bytes), detail: model });
  }
  if (ram !== null) {
    const stack = sizes?.stack ?? null;
    out.push({
      name: 'RAM',
      value: bytes(ram.bytes),
      detail: stack === null ? '' : `stack ${bytes(stack.bytes)} more`,
    });
  } else if (plan !== null) {
    const learnBytes = plan.learn?.ramBytes ?? 0;
    out.push({
      name: 'RAM of the model',
      value: bytes(plan.arenaBytes + learnBytes),
      detail: `arena ${bytes(plan.arenaBytes)}, learning ${bytes(learnBytes)}`,
    });
  }
  return out;
}
