import { html, type Markup } from '../../report/html.js';
import { niceScale, type Scale } from '../../report/plots/scale.js';
import type { Experiment } from '../experiment.js';
import type { ArmSummary, CaseSummary } from '../summary.js';
import { armTones } from './arm-tones.js';
import { pictureFile } from './picture.js';

const LEFT = 180;
const PANEL = 290;
const GAP = 40;
const TOP = 52;
const ROW = 20;
const HEADING = 26;
const BOTTOM = 44;

/**
 * Paired differences of accuracy to plain descent with their 95 % intervals: on the left each rule at its own best rate,
 * on the right all at the fixed rate, if there is one.
 */
export function differencePlot(experiment: Experiment, cases: readonly CaseSummary[]): string {
  const others = experiment.arms.slice(1);
  const panels = [
    { title: 'each at its own best rate', of: (c: CaseSummary) => c.tuned },
    ...(cases.some((c) => c.fixed.length > 0)
      ? [{ title: 'all at one rate, too small for plain descent', of: (c: CaseSummary) => c.fixed.at(0)?.arms ?? [] }]
      : []),
  ];
  const height = TOP + cases.length * (HEADING + others.length * ROW) + BOTTOM;
  const width = LEFT + panels.length * (PANEL + GAP);
  const tones = armTones(experiment.arms);
  const caseTop = (i: number): number => TOP + i * (HEADING + others.length * ROW);
  const drawn = panels.map(({ title, of }, p) => {
    const left = LEFT + p * (PANEL + GAP);
    const shown = cases.map((c) => of(c).slice(1));
    const scale = panelScale(shown.flat(), left);
    return html`<text class="heading" x="${left}" y="18">${title}</text>
      <text class="label" x="${left}" y="36">accuracy minus plain, points</text>
      ${axis(scale, height - BOTTOM)}
      ${shown.map((arms, i) => arms.map((arm, a) => whisker(arm, scale, caseTop(i) + HEADING + a * ROW + 10, tones(arm.arm))))}`;
  });
  const names = cases.map(
    (c, i) =>
      html`<text class="heading" x="8" y="${caseTop(i) + 16}">${c.label}</text>
        ${others.map((arm, a) => html`<text class="name tone-${tones(arm.id)}" x="${LEFT - 14}" y="${caseTop(i) + HEADING + a * ROW + 14}" text-anchor="end">${arm.label}</text>`)}`,
  );
  // Names last: a long one stands above the grid.
  const content = html`${drawn} ${names}`;
  return pictureFile(width, height, `${experiment.title}: differences to plain descent`, content);
}

function panelScale(arms: readonly ArmSummary[], left: number): Scale {
  const ends = arms.flatMap(({ minusPlain }) =>
    minusPlain === null ? [] : [100 * minusPlain.low, 100 * minusPlain.high],
  );
  return niceScale(Math.min(0, ...ends), Math.max(0, ...ends), [left, left + PANEL], 6);
}

function axis(scale: Scale, floor: number): Markup {
  return html`${scale.ticks.map((v) => {
    const x = px(scale.at(v));
    return html`<line class="${v === 0 ? 'zero' : 'grid'}" x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${floor}" /><text
        class="tick"
        x="${x}"
        y="${floor + 18}"
        text-anchor="middle"
        >${v > 0 ? `+${String(v)}` : String(v).replace('-', '−')}</text
      >`;
  })}`;
}

function whisker({ minusPlain }: ArmSummary, scale: Scale, y: number, tone: string): Markup | null {
  if (minusPlain === null) return null;
  const [low, middle, high] = [minusPlain.low, minusPlain.mean, minusPlain.high].map((v) => px(scale.at(100 * v)));
  return html`<line class="whisker tone-${tone}" x1="${low}" x2="${high}" y1="${y}" y2="${y}" /><circle
      class="dot tone-${tone}"
      cx="${middle}"
      cy="${y}"
      r="4.5"
    /> `;
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
