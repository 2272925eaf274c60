import type { createColors } from 'picocolors';
import { fit } from './fit.js';

const VALUE_WIDTH = 10;
const GAP = 2;
/** Wider pictures are no better ones. */
const WIDEST_EXTRA = 60;
/** Below this many columns labels give way to what they label. */
const NARROW = 60;

/**
 * Lines of a picture for a terminal of a given width: a label, a value at its right edge, and something drawn in the
 * `room` that is left. No line reaches the last column, where some terminals wrap already.
 */
export class Rows {
  /** Characters for what is drawn behind the value; 0 where there is no room. */
  readonly room: number;
  /** Few columns: labels should be short. */
  readonly isNarrow: boolean;
  private readonly width: number;
  private readonly labelWidth: number;

  constructor(
    columns: number,
    private readonly colors: ReturnType<typeof createColors>,
  ) {
    this.width = Math.max(1, columns - 1);
    this.isNarrow = columns < NARROW;
    this.labelWidth = Math.max(0, Math.min(this.isNarrow ? 12 : 18, this.width - VALUE_WIDTH));
    this.room = Math.max(0, Math.min(WIDEST_EXTRA, this.width - this.labelWidth - VALUE_WIDTH - GAP));
  }

  /** A line of free text. */
  line(text: string, paint: (text: string) => string = String): string {
    return paint(fit(text, this.width));
  }

  row(label: string, value: string, extra = '', paint: (text: string) => string = String): string {
    const name = fit(label, this.labelWidth - 1).padEnd(this.labelWidth);
    const number = value.padStart(VALUE_WIDTH);
    if (name.length + number.length > this.width) return fit(name + number, this.width);
    const left = `${this.colors.dim(name)}${this.colors.bold(number)}`;
    const drawn = fit(extra, this.room);
    return drawn === '' ? left : `${left}${' '.repeat(GAP)}${paint(drawn)}`;
  }
}
