import type { ConfusionMatrix } from '../../ir/report.js';
import { html, type Markup } from '../html.js';

const LEFT = 60;
const TOP = 40;

/** Truth down, prediction across; right ones on the diagonal in one colour, errors in another, darker is more. */
export function confusionMap(
  title: string,
  confusion: ConfusionMatrix,
  classNames: readonly string[],
  said = 'what the device said',
): Markup {
  const n = confusion.length;
  const cell = Math.max(24, Math.min(40, 400 / n));
  const size = n * cell;
  const rowTotals = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const middle = (i: number): number => round((i + 0.5) * cell);
  const name = (c: number): string => short(classNames[c] ?? String(c));
  return html`<svg
    class="plot"
    viewBox="0 0 ${round(LEFT + size + 4)} ${round(TOP + size + 4)}"
    style="max-width:${round(LEFT + size + 4)}px"
    role="img"
    aria-label="${title}"
  >
    <title>${title}</title>
    <text class="label" x="${LEFT + round(size / 2)}" y="11" text-anchor="middle">${said}</text>
    <text class="label" transform="translate(11 ${TOP + round(size / 2)}) rotate(-90)" text-anchor="middle">
      what it is
    </text>
    ${confusion.map((_, c) => html`<text class="tick" x="${LEFT + middle(c)}" y="${TOP - 9}" text-anchor="middle">${name(c)}</text><text class="tick" x="${LEFT - 9}" y="${TOP + middle(c)}" dy=".35em" text-anchor="end">${name(c)}</text>`)}
    ${confusion.map((row, truth) =>
      row.map((count, predicted) => {
        const right = truth === predicted;
        const share = count / Math.max(1, rowTotals[truth]);
        // Errors are rare: the root keeps one in a hundred visible and ten in a hundred apart from it.
        const opacity = count === 0 ? 0 : Math.round(100 * (right ? 0.9 * share : 0.1 + 0.9 * Math.sqrt(share))) / 100;
        const box = html`x="${round(LEFT + predicted * cell + 1)}" y="${round(TOP + truth * cell + 1)}"
        width="${round(cell - 2)}" height="${round(cell - 2)}" rx="3"`;
        const label = `${count} × ${name(truth)} taken for ${name(predicted)}`;
        const number = html`<text
          class="cell${opacity > 0.55 ? ' strong' : ''}"
          x="${LEFT + middle(predicted)}"
          y="${TOP + middle(truth)}"
          dy=".35em"
          text-anchor="middle"
          >${count}</text
        >`;
        return html`<g
          ><title>${label}</title
          ><rect
            class="empty"
            ${box}
          />${count > 0 && html`<rect class="fill tone-${right ? 'a' : 'c'}" fill-opacity="${opacity}" ${box} />${number}`}</g
        >`;
      }),
    )}
  </svg>`;
}

function short(name: string): string {
  return name.length > 6 ? `${name.slice(0, 5)}…` : name;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
