import { shortTensorName, type MemoryPlan } from '../../ir/memory-plan.js';
import { bytes } from '../format.js';
import { html, type Markup } from '../html.js';
import { boxLabels } from '../plots/box-labels.js';
import { hatch, overlapOf, type Rect } from '../plots/hatch.js';
import { fixedScale, niceStep } from '../plots/scale.js';

const WIDTH = 960;
const LEFT = 62;
const RIGHT = 952;
const TOP = 66;
const FLOOR = 406;
const CHAR = 6.4;
/** Names of ops below the axis are cut after so many characters. */
const LONGEST_NAME = 24;
/** Columns narrower than this have no room for a slanted name. */
const NARROWEST = 13;
const SLANT = 60;

type Kind = 'tensor' | 'rows' | 'scratch';

interface Box extends Rect {
  readonly kind: Kind;
  readonly name: string;
  readonly said: string;
}

const LOOKS: Record<Kind, string> = {
  tensor: 'fill:var(--a);fill-opacity:.2;stroke:var(--a)',
  rows: 'fill:var(--c);fill-opacity:.28;stroke:var(--c);stroke-dasharray:4 2',
  scratch: 'fill:var(--quiet);fill-opacity:.4;stroke:var(--quiet)',
};
const HATCH = 'stroke:var(--a);stroke-width:1;fill:none';

/**
 * The arena over time: each tensor a box over the ops that need it and the bytes where it lies. Memory that an output takes
 * over from its input is hatched, blocks that run row by row are marked, and so is the fullest op.
 */
export function arenaChart(plan: MemoryPlan): Markup {
  const { tensors, scratch, arenaBytes, peak, blocks, ops } = plan;
  // The caller writes the input before op 0 and reads the output after the last.
  const steps = Math.max(ops.length, ...tensors.map((b) => b.lastOp)) + 2;
  const column = (RIGHT - LEFT) / steps;
  const x = (step: number): number => px(LEFT + (step + 1) * column);
  const unit = arenaBytes >= 2048 ? 1024 : 1;
  const high = Math.max(1, arenaBytes) / unit;
  const y = fixedScale(0, high, [FLOOR, TOP], Math.max(1, niceStep(high / 6)));
  const rect = (firstOp: number, lastOp: number, offset: number, size: number): Rect => {
    return { x0: x(firstOp), x1: x(lastOp + 1), y0: px(y.at((offset + size) / unit)), y1: px(y.at(offset / unit)) };
  };
  const placed = tensors.map((b): Box => {
    const rows = b.rows === undefined ? '' : `, ${String(b.rows)} rows at a time`;
    return {
      ...rect(b.firstOp, b.lastOp, b.offset, b.bytes),
      kind: b.rows === undefined ? 'tensor' : 'rows',
      name: shortTensorName(plan, b.name),
      said: `${b.name}: ${bytes(b.bytes)} at ${String(b.offset)}, ${span(b.firstOp, b.lastOp, ops.length)}${rows}`,
    };
  });
  const working = scratch.map((b): Box => ({
    ...rect(b.opIndex, b.opIndex, b.offset, b.bytes),
    ...{ kind: 'scratch', name: 'scratch' },
    said: `scratch of ${ops[b.opIndex] ?? 'op'}: ${bytes(b.bytes)} at ${String(b.offset)}, op ${String(b.opIndex)}`,
  }));
  const shared = placed.flatMap((a, i) => placed.slice(i + 1).flatMap((b) => overlapOf(a, b) ?? []));
  const boxes = [...placed, ...working];
  const bottom = axisRoom(ops, column);
  const middle = x(peak.opIndex + 0.5);
  return html`<figure>
    <svg class="plot" viewBox="0 0 ${WIDTH} ${FLOOR + bottom}" role="img" aria-label="The arena over time, op by op">
      ${legend(new Set(boxes.map((b) => b.kind)), shared.length > 0)}
      <text class="label" x="0" y="${TOP - 30}">Address in the arena</text>
      ${blocks.map((b) => {
        const [from, to] = [x(b.firstOp), x(b.lastOp + 1)];
        return html`<rect
            x="${from}"
            y="${TOP}"
            width="${px(to - from)}"
            height="${FLOOR - TOP}"
            style="fill:var(--c);fill-opacity:.09"
          />
          <path d="M${from} ${TOP}V${TOP - 5}H${to}V${TOP}" style="fill:none;stroke:var(--c);stroke-width:1.5">
            <title>
              ${opsOf(b.firstOp, b.lastOp)}: ${b.turns} turns, ${b.rowsPerTurn} rows of the last output in each
            </title>
          </path>
          <text class="tick" x="${px((from + to) / 2)}" y="${TOP - 10}" text-anchor="middle">row by row</text>`;
      })}
      ${y.ticks.map((v) => {
        const at = px(y.at(v));
        return html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}" /><text
            class="tick"
            x="${LEFT - 8}"
            y="${at}"
            dy=".32em"
            text-anchor="end"
            >${v} ${unit === 1 || v === 0 ? 'B' : 'KiB'}</text
          >`;
      })}
      ${boxes.map(
        (b) =>
          html`<rect
            x="${b.x0}"
            y="${b.y0}"
            width="${px(b.x1 - b.x0)}"
            height="${px(b.y1 - b.y0)}"
            style="${LOOKS[b.kind]}"
          >
            <title>${b.said}</title>
          </rect>`,
      )}
      ${shared.map((r) => html`<path d="${hatch(r)}" style="${HATCH}" />`)}
      <line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${FLOOR}" y2="${FLOOR}" />
      <line x1="${middle}" x2="${middle}" y1="${TOP}" y2="${FLOOR}" style="stroke:var(--ink);stroke-dasharray:4 3" />
      ${boxLabels(boxes.filter((b) => b.kind !== 'scratch'))} ${opAxis(ops, column, x, bottom)}
    </svg>
    <figcaption>
      The arena (${bytes(arenaBytes)}) over time: ops from left to right, addresses from the bottom up. The dashed line
      marks ${peak.opName}, where most is in use: ${bytes(peak.bytes)}.
      ${shared.length > 0 && 'Hatched boxes overlap on purpose: an output is written over an input as that is used up.'}
      ${blocks.length > 0 && `Shaded: ${blocks.map((b) => opsOf(b.firstOp, b.lastOp)).join('; ')} take turns row by row, and of the tensors between them only some rows are ever there.`}
    </figcaption>
  </figure>`;
}

function legend(kinds: ReadonlySet<Kind>, shared: boolean): Markup {
  const names: [Kind, string][] = [
    ['tensor', 'tensor'],
    ['rows', 'window of rows'],
    ['scratch', 'scratch'],
  ];
  const items = [
    ...names.filter(([kind]) => kinds.has(kind)).map(([kind, name]) => ({ name, look: LOOKS[kind], lines: false })),
    ...(shared ? [{ name: 'output over its used-up input', look: LOOKS.tensor, lines: true }] : []),
  ];
  let at = LEFT;
  return html`${items.map(({ name, look, lines }) => {
    const from = px(at);
    at += 40 + name.length * CHAR;
    return html`<rect x="${from}" y="4" width="18" height="12" style="${look}" />
      ${lines && html`<path d="${hatch({ x0: from, x1: from + 18, y0: 4, y1: 16 })}" style="${HATCH}" />`}
      <text class="tick" x="${from + 24}" y="14">${name}</text>`;
  })}`;
}

/** Every op's index and name where columns are wide enough, else some indices. */
function opAxis(ops: readonly string[], column: number, x: (step: number) => number, bottom: number): Markup {
  const names = ops.map(opLabel);
  const flat = isFlat(names, column);
  const every = column >= NARROWEST ? 1 : Math.max(1, niceStep((NARROWEST * 2) / column));
  const marks = names
    .map((name, i) => ({ name: every === 1 ? name : String(i), i }))
    .filter(({ i }) => i % every === 0);
  const slanted = every === 1 && !flat;
  return html`${marks.map(({ name, i }) => {
      const at = x(i + 0.5);
      const [top, left] = [FLOOR + (slanted ? 12 : 17), slanted ? px(at + 4) : at];
      const place = slanted
        ? html`text-anchor="end" transform="rotate(-${SLANT} ${left} ${top})"`
        : html`text-anchor="middle"`;
      return html`<line class="axis" x1="${at}" x2="${at}" y1="${FLOOR}" y2="${FLOOR + 4}" /><text
          class="tick"
          x="${left}"
          y="${top}"
          ${place}
          >${name}</text
        >`;
    })} <text class="label" x="${RIGHT}" y="${FLOOR + bottom - 4}" text-anchor="end">op, in order of execution</text>`;
}

function axisRoom(ops: readonly string[], column: number): number {
  const names = ops.map(opLabel);
  if (column < NARROWEST || isFlat(names, column)) return 40;
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.ceil(longest * CHAR * Math.sin((SLANT * Math.PI) / 180)) + 34;
}

function isFlat(names: readonly string[], column: number): boolean {
  return names.every((name) => name.length * CHAR + 8 <= column);
}

function opLabel(name: string, index: number): string {
  return `${String(index)} ${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name}`;
}

function opsOf(first: number, last: number): string {
  return first === last ? `op ${String(first)}` : `ops ${String(first)} to ${String(last)}`;
}

/** When a tensor is there, in words. */
function span(first: number, last: number, ops: number): string {
  const end = last >= ops ? 'to the end' : `to op ${String(last)}`;
  return `from ${first < 0 ? 'the start' : `op ${String(first)}`} ${end}`;
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
