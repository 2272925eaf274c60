import type { Board } from '../boards/descriptor.js';

/** The virtual board that the demo is about, and what runs everywhere. */
export const DEMO_BOARD = 'mps2-an386';
export const FALLBACK_BOARD = 'host';

export interface BoardChoice {
  readonly board: Board;
  /** Said to the user when it is not the board the demo is about; null otherwise. */
  readonly note: string | null;
}

/** The wanted board if this computer has its compiler and emulator, else the fallback with the reason and the remedy. */
export function chooseBoard(wanted: Board, fallback: Board, has: (program: string) => boolean): BoardChoice {
  const { compiler } = wanted.chip;
  const emulator = wanted.emulator;
  const needs = [
    { program: compiler.command, apt: compiler.aptPackages },
    ...(emulator === null ? [] : [{ program: emulator.command, apt: emulator.aptPackages }]),
  ];
  const missing = needs.filter(({ program }) => !has(program));
  if (missing.length === 0) return { board: wanted, note: null };
  const names = missing.map(({ program }) => program).join(' and ');
  const packages = missing.flatMap(({ apt }) => apt).join(' ');
  const note =
    `${names} ${missing.length === 1 ? 'is' : 'are'} not installed, so the board is "${fallback.id}", a process on this ` +
    `computer, and not the virtual ${wanted.name}. For that: sudo apt-get install ${packages}`;
  return { board: fallback, note };
}
