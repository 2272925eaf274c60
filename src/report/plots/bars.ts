import { html, type Markup } from '../html.js';
import type { Tone } from './line-chart.js';

export interface Bar {
  readonly name: string;
  /** Parts from left to right. */
  readonly parts: readonly { readonly name: string; readonly value: number; readonly tone: Tone }[];
  /** Written at the right, above the track. */
  readonly label: string;
  /** Length of the full track. */
  readonly total: number;
}

/** Horizontal bars on tracks: how much of a whole is used. A part too short to see still gets two pixels. */
export function bars(rows: readonly Bar[]): Markup {
  return html`<div class="bars">
    ${rows.map((bar) => {
      const parts = bar.parts.filter((part) => part.value > 0);
      return html`<div class="bar">
        <div class="bar-text"><b>${bar.name}</b><span>${bar.label}</span></div>
        <div class="bar-track">
          ${parts.map(
            (part) =>
              html`<i
                class="bar-part bg-${part.tone}"
                style="width:${percentOf(part.value, bar.total)}%"
                title="${part.name}"
              ></i>`,
          )}
        </div>
      </div>`;
    })}
  </div>`;
}

function percentOf(value: number, total: number): string {
  return Math.min(100, (100 * value) / total).toFixed(2);
}
