import { html, raw, type Markup } from '../html.js';
import { fixedScale, niceScale, niceStep, type Scale } from './scale.js';

/** One of the page's four colours. */
export type Tone = 'a' | 'b' | 'c' | 'quiet';

export interface Series {
  /** Written at the line's end; empty for a line that another one's name covers. */
  readonly name: string;
  readonly tone: Tone;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

/** An area between two lines, behind all lines. Bands over one another grow darker. */
export interface Band {
  readonly tone: Tone;
  readonly points: readonly (readonly [x: number, low: number, high: number])[];
}

/** A level across the plot, with its name above it at the left or below it at the right. */
export interface Level {
  readonly name: string;
  readonly tone: Tone;
  readonly y: number;
  readonly side: 'left' | 'right';
}

export interface LineChart {
  /** What the picture says, in a sentence: read aloud in place of it. */
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
  readonly levels?: readonly Level[];
  /** Limits of the y axis; without them round numbers around the data. */
  readonly yRange?: readonly [number, number];
  readonly yFormat: (value: number) => string;
}

const WIDTH = 560;
const HEIGHT = 300;
const LEFT = 52;
const TOP = 26;
const BOTTOM = 42;
/** Room for the names at the lines' ends. */
const LABEL_CHAR = 6.4;
const LINE_HEIGHT = 14;

/** Axes, lines and their names at their right ends; no legend to look up. */
export function lineChart(chart: LineChart): Markup {
  const longest = Math.max(0, ...chart.series.map((s) => s.name.length));
  const right = WIDTH - Math.max(16, 14 + longest * LABEL_CHAR);
  const levels = chart.levels ?? [];
  const xs = chart.series.flatMap((s) => s.points.map(([x]) => x)).filter(Number.isFinite);
  const bands = chart.bands ?? [];
  const ys = [
    ...chart.series.flatMap((s) => s.points.map(([, y]) => y)),
    ...bands.flatMap((b) => b.points.flatMap(([, low, high]) => [low, high])),
    ...levels.map((l) => l.y),
  ].filter(Number.isFinite);
  if (xs.length === 0) return html`<p class="note">${chart.title}: nothing was recorded.</p>`;
  const xLow = Math.min(...xs);
  const xHigh = Math.max(...xs);
  const xSpan = xHigh > xLow ? xHigh - xLow : 1;
  const xStep = Math.max(1, niceStep(xSpan / 6));
  const x = fixedScale(xLow, xLow + xSpan, [LEFT, right], xStep);
  const yPixels = [HEIGHT - BOTTOM, TOP] as const;
  const y =
    chart.yRange === undefined
      ? niceScale(Math.min(...ys), Math.max(...ys), yPixels)
      : fixedScale(...chart.yRange, yPixels, niceStep((chart.yRange[1] - chart.yRange[0]) / 5));
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.title}">
    <title>${chart.title}</title>
    ${grid(x, y, right, chart)} ${bands.map((b) => band(b, x, y))} ${levels.map((l) => level(l, y, right))}
    ${chart.series.map((s) => line(s, x, y))} ${levels.map((l) => levelName(l, y, right))}
    ${endLabels(chart.series, x, y)}
  </svg>`;
}

function grid(x: Scale, y: Scale, right: number, chart: LineChart): Markup {
  const floor = HEIGHT - BOTTOM;
  return html`${y.ticks.map((v) => {
      const at = px(y.at(v));
      return html`<line class="grid" x1="${LEFT}" x2="${px(right)}" y1="${at}" y2="${at}" /><text
          class="tick"
          x="${LEFT - 8}"
          y="${at}"
          dy=".32em"
          text-anchor="end"
          >${chart.yFormat(v)}</text
        >`;
    })}
    <line class="axis" x1="${LEFT}" x2="${px(right)}" y1="${floor}" y2="${floor}" />
    ${x.ticks.map((v) => {
      const at = px(x.at(v));
      return html`<line class="axis" x1="${at}" x2="${at}" y1="${floor}" y2="${floor + 4}" /><text
          class="tick"
          x="${at}"
          y="${floor + 17}"
          text-anchor="middle"
          >${v}</text
        >`;
    })}
    <text class="label" x="${px((LEFT + right) / 2)}" y="${HEIGHT - 4}" text-anchor="middle">${chart.xLabel}</text>
    <text class="label" x="0" y="11">${chart.yLabel}</text>`;
}

function line(series: Series, x: Scale, y: Scale): Markup {
  const shown = series.points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  const path = shown.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(x.at(a))} ${px(clamp(y, b))}`).join('');
  const dash = series.dashed === true ? raw(' stroke-dasharray="5 4"') : null;
  if (shown.length === 1) {
    return html`<circle
      class="dot tone-${series.tone}"
      cx="${px(x.at(shown[0][0]))}"
      cy="${px(clamp(y, shown[0][1]))}"
      r="3.5"
    />`;
  }
  return html`<path class="line tone-${series.tone}" d="${path}" ${dash} />`;
}

function band({ tone, points }: Band, x: Scale, y: Scale): Markup {
  const shown = points.filter((point) => point.every(Number.isFinite));
  const corner = (at: number, value: number): string => `${px(x.at(at))} ${px(clamp(y, value))}`;
  const above = shown.map(([at, , high]) => corner(at, high));
  const below = shown.map(([at, low]) => corner(at, low)).reverse();
  return html`<path class="band fill tone-${tone}" d="M${[...above, ...below].join('L')}Z" />`;
}

function level(level: Level, y: Scale, right: number): Markup {
  const at = px(clamp(y, level.y));
  return html`<line class="level tone-${level.tone}" x1="${LEFT}" x2="${px(right)}" y1="${at}" y2="${at}" />`;
}

function levelName(level: Level, y: Scale, right: number): Markup {
  const at = clamp(y, level.y);
  const place =
    level.side === 'left'
      ? html`x="${LEFT + 6}" y="${px(at - 6)}"`
      : html`x="${px(right - 6)}" y="${px(at + 15)}" text-anchor="end"`;
  return html`<text class="name halo tone-${level.tone}" ${place}>${level.name}</text>`;
}

/** Names beside the last points, pushed apart where lines end together. */
function endLabels(series: readonly Series[], x: Scale, y: Scale): Markup {
  const labels = series.flatMap((s) => {
    if (s.name === '') return [];
    const last = s.points.filter(([, v]) => Number.isFinite(v)).at(-1);
    return last === undefined ? [] : [{ s, x: x.at(last[0]) + 8, y: clamp(y, last[1]) }];
  });
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + LINE_HEIGHT);
  const over = (labels.at(-1)?.y ?? 0) - (HEIGHT - BOTTOM - 2);
  for (let i = labels.length - 1, shift = over; i >= 0 && shift > 0; i--) {
    labels[i].y -= shift;
    shift = i > 0 ? labels[i - 1].y + LINE_HEIGHT - labels[i].y : 0;
  }
  return html`${labels.map(
    (l) => html`<text class="name tone-${l.s.tone}" x="${px(l.x)}" y="${px(l.y)}" dy=".32em">${l.s.name}</text>`,
  )}`;
}

function clamp(y: Scale, value: number): number {
  return y.at(Math.max(y.low, Math.min(y.high, value)));
}

/** A tenth of a pixel is enough. */
function px(value: number): number {
  return Math.round(value * 10) / 10;
}
