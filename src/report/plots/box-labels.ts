import { html, type Markup } from '../html.js';
import { overlapOf, type Rect } from './hatch.js';

const CHAR = 6.6;
const LINE = 14;

export interface NamedBox extends Rect {
  readonly name: string;
}

/** The names of boxes inside them, upright where that fits, else turned; small boxes and names in the way of others have none. */
export function boxLabels(boxes: readonly NamedBox[]): Markup {
  const area = (b: Rect): number => (b.x1 - b.x0) * (b.y1 - b.y0);
  const taken: Rect[] = [];
  const placed = [...boxes]
    .sort((a, b) => area(b) - area(a))
    .flatMap((box) => {
      const label = placeOf(box);
      if (label === null || taken.some((other) => overlapOf(other, label.room) !== null)) return [];
      taken.push(label.room);
      return [{ ...label, name: box.name }];
    });
  return html`${placed.map(({ x, y, turned, name }) => {
    const turn = turned ? html`transform="rotate(-90 ${x} ${y})"` : null;
    return html`<text class="cell halo" x="${x}" y="${y}" dy=".35em" text-anchor="middle" ${turn}>${name}</text>`;
  })}`;
}

function placeOf(box: NamedBox): { x: number; y: number; turned: boolean; room: Rect } | null {
  const [w, h] = [box.x1 - box.x0, box.y1 - box.y0];
  const length = box.name.length * CHAR;
  const upright = w >= length + 6 && h >= LINE;
  if (!upright && !(h >= length + 6 && w >= LINE)) return null;
  const [x, y] = [Math.round((box.x0 + box.x1) * 5) / 10, Math.round((box.y0 + box.y1) * 5) / 10];
  const [halfX, halfY] = upright ? [length / 2, LINE / 2] : [LINE / 2, length / 2];
  return { x, y, turned: !upright, room: { x0: x - halfX, x1: x + halfX, y0: y - halfY, y1: y + halfY } };
}
