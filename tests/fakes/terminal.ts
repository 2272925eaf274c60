import type { TerminalPort } from '../../src/util/terminal/live-area.js';

const ESC = String.fromCharCode(27);
const TOKEN = new RegExp(`${ESC}\\[(\\??[0-9;]*)([A-Za-z])|[\\s\\S]`, 'gu');

/** What a terminal would show: text, line ends, wrapping, and the few escape sequences that the tool sends. */
export class FakeTerminal {
  readonly isTTY = true;
  /** All that was sent. */
  written = '';
  isCursorHidden = false;
  row = 0;
  column = 0;
  /** How often text ran over the right edge. */
  wraps = 0;
  private screen: string[][] = [];

  constructor(
    public columns: number,
    public rows: number,
  ) {}

  /** From the first line ever written, without blanks at the ends and without the cursor's empty line. */
  get lines(): string[] {
    const lines = this.screen.map((cells) => cells.join('').trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  port(now: () => number): TerminalPort {
    return {
      write: (text) => {
        this.write(text);
      },
      columns: () => this.columns,
      rows: () => this.rows,
      now,
    };
  }

  /** Breaks lines that have become too long, as most terminals do. */
  resize(columns: number): void {
    this.screen = this.screen.flatMap((cells) => {
      const count = Math.max(1, Math.ceil(cells.length / columns));
      return Array.from({ length: count }, (_, i) => cells.slice(i * columns, (i + 1) * columns));
    });
    this.row = this.screen.length - 1;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
    for (const [token, argument, command] of text.matchAll(TOKEN)) {
      if (command !== undefined) this.obey(command, argument);
      else if (token === '\n') this.toLine(this.row + 1, 0);
      else if (token === '\r') this.column = 0;
      else this.put(token);
    }
  }

  private put(character: string): void {
    if (this.column === this.columns) {
      this.wraps++;
      this.toLine(this.row + 1, 0);
    }
    this.toLine(this.row, this.column);
    const cells = this.screen[this.row];
    while (cells.length < this.column) cells.push(' ');
    cells[this.column++] = character;
  }

  private toLine(row: number, column: number): void {
    while (this.screen.length <= row) this.screen.push([]);
    Object.assign(this, { row, column });
  }

  private obey(command: string, argument: string): void {
    const sequence = argument + command;
    if (command === 'm') return;
    if (command === 'A') {
      // What has scrolled out at the top cannot be reached.
      const top = Math.max(0, this.screen.length - this.rows);
      this.row = Math.max(top, this.row - Number(argument || '1'));
    } else if (sequence === 'K' || sequence === 'J') {
      this.screen[this.row]?.splice(this.column);
      if (sequence === 'J') this.screen.splice(this.row + 1);
    } else if (sequence === '2K') {
      this.screen[this.row] = [];
    } else if (sequence === '?25l' || sequence === '?25h') {
      this.isCursorHidden = command === 'l';
    } else {
      throw new Error(`The terminal was sent ESC [ ${sequence}, which it does not know.`);
    }
  }
}
