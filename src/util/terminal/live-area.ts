import { fit, visibleLength } from './fit.js';

/** At most ten pictures a second: more cannot be read and slows the terminal. */
const REDRAW_MS = 100;

const ESCAPE = String.fromCharCode(27);
export const HIDE_CURSOR = `${ESCAPE}[?25l`;
export const SHOW_CURSOR = `${ESCAPE}[?25h`;
const ERASE_TO_LINE_END = `${ESCAPE}[K`;
const ERASE_BELOW = `${ESCAPE}[J`;

export interface TerminalPort {
  readonly write: (text: string) => void;
  /** Size of the terminal now. */
  readonly columns: () => number;
  readonly rows: () => number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/**
 * The lower part of a terminal, redrawn in place; text may be written above it. The cursor is hidden from the first
 * picture until `close`.
 */
export class LiveArea {
  private drawn: readonly string[] = [];
  private drawnAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private isOpen = false;

  /** `picture` gives the lines as they should stand now, none wider than the terminal. */
  constructor(
    private readonly terminal: TerminalPort,
    private readonly picture: () => readonly string[],
  ) {}

  /** The picture has changed: drawn now, or soon if it was drawn just before. The last of a burst is never left out. */
  refresh(): void {
    const wait = this.drawnAt + REDRAW_MS - this.terminal.now();
    if (wait <= 0) this.draw('');
    else this.timer ??= setTimeout(() => this.draw(''), wait);
  }

  /** A line of text that scrolls away above the picture; it holds no escape sequences but colours. */
  above(text: string): void {
    this.draw(`${text}${ERASE_TO_LINE_END}\n`);
  }

  /** Draws the last picture, leaves it there, and gives the cursor back below it. */
  close(): void {
    if (!this.isOpen && this.picture().length === 0) return;
    this.draw('');
    this.terminal.write(SHOW_CURSOR);
    this.isOpen = false;
    this.drawn = [];
  }

  /** In one piece, so that nothing flickers. */
  private draw(above: string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const start = `${this.isOpen ? '' : HIDE_CURSOR}${this.back()}`;
    const lines = this.cut(this.picture());
    this.terminal.write(
      `${start}${above}${lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join('')}${ERASE_BELOW}`,
    );
    this.isOpen = true;
    this.drawn = lines;
    this.drawnAt = this.terminal.now();
  }

  /** To the first line of what stands there, which takes more rows if the terminal has become narrower since. */
  private back(): string {
    const columns = Math.max(1, this.terminal.columns());
    const rows = this.drawn.reduce((n, line) => n + Math.max(1, Math.ceil(visibleLength(line) / columns)), 0);
    // A typed ^C stands in the cursor's line.
    return rows === 0 ? '\r' : `\r${ESCAPE}[${String(rows)}A`;
  }

  /** The cursor cannot go up beyond the terminal's first row: of a higher picture the last lines are left out. */
  private cut(lines: readonly string[]): readonly string[] {
    const room = Math.max(2, this.terminal.rows() - 1);
    if (lines.length <= room) return lines;
    const hidden = lines.length - room + 1;
    return [...lines.slice(0, room - 1), fit(`… ${String(hidden)} more lines`, this.terminal.columns() - 1)];
  }
}
