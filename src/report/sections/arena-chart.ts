import type { MemoryPlan } from '../../ir/memory-plan.js';
import { bytes } from '../format.js';
import { html, type Markup } from '../html.js';

const WIDTH = 640;
const HEIGHT = 220;

/** The arena over time: each tensor a box over the ops that need it and the bytes where it lies; the fullest op is marked. */
export function arenaChart({ tensors, scratch, arenaBytes, peak }: MemoryPlan): Markup {
  const boxes = [
    ...tensors.map((x) => ({ ...x, tone: 'var(--series-a, #7b4fa3)' })),
    ...scratch.map((x) => ({
      ...{ name: 'scratch', offset: x.offset, bytes: x.bytes, firstOp: x.opIndex, lastOp: x.opIndex },
      tone: 'var(--quiet, #999)',
    })),
  ];
  // The caller writes the input before op 0 and reads the output after the last.
  const steps = Math.max(...boxes.map((b) => b.lastOp)) + 2;
  const x = (step: number): number => Math.round(((step + 1) / steps) * WIDTH * 10) / 10;
  const y = (offset: number): number => Math.round((1 - offset / Math.max(1, arenaBytes)) * HEIGHT * 10) / 10;
  return html`<figure>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="The arena over time">
      ${boxes.map(
        (b) =>
          html`<rect
            x="${x(b.firstOp)}"
            y="${y(b.offset + b.bytes)}"
            width="${x(b.lastOp + 1) - x(b.firstOp)}"
            height="${y(b.offset) - y(b.offset + b.bytes)}"
            style="fill:${b.tone};fill-opacity:0.45;stroke:${b.tone}"
          >
            <title>${b.name}: ${bytes(b.bytes)} at ${b.offset}, ops ${b.firstOp} to ${b.lastOp}</title>
          </rect>`,
      )}
      <line
        x1="${x(peak.opIndex + 0.5)}"
        x2="${x(peak.opIndex + 0.5)}"
        y1="0"
        y2="${HEIGHT}"
        style="stroke:currentColor;stroke-dasharray:4 3"
      ></line>
    </svg>
    <figcaption>
      The arena (${bytes(arenaBytes)}) over time, op by op from left to right, addresses from the bottom up; grey is
      scratch. The line marks ${peak.opName}, where most is in use: ${bytes(peak.bytes)}.
    </figcaption>
  </figure>`;
}
