import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import { packageRoot } from '../util/package-root.js';
import type { Board, Chip, MemoryRegion } from './descriptor.js';
import { readDescriptor } from './schema.js';
import { checkBoard } from './validate.js';

/** Folders that hold <board>.json and chips/<chip>.json. The user's come first and win. */
function boardDirs(extraDirs: readonly string[]): string[] {
  return [...extraDirs, join(packageRoot(), 'boards')];
}

function find(dirs: readonly string[], relative: string): string | null {
  return dirs.map((dir) => join(dir, relative)).find((path) => existsSync(path)) ?? null;
}

function idsIn(dirs: readonly string[]): string[] {
  const names = dirs.flatMap((dir) => (existsSync(dir) ? readdirSync(dir) : []));
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json'));
  return [...new Set(ids)].sort();
}

/** Ids of all boards, sorted. */
export function listBoards(extraDirs: readonly string[] = []): string[] {
  return idsIn(boardDirs(extraDirs));
}

/**
 * The board of that id with its chip, schema and semantic checks passed.
 * @throws ToolError BOARD_UNKNOWN, CHIP_UNKNOWN, BOARD_INVALID, BOARD_CHECK_FAILED
 */
export function loadBoard(id: string, extraDirs: readonly string[] = []): Board {
  const dirs = boardDirs(extraDirs);
  const path = /[\\/]/.test(id) ? null : find(dirs, `${id}.json`);
  if (path === null) throw unknown('BOARD_UNKNOWN', 'board', id, idsIn(dirs));
  const raw = readDescriptor(path, 'board') as unknown as Omit<Board, 'id' | 'chip'> & { chip: string };
  const { chip: chipId, ...rest } = raw;
  const board: Board = { ...withoutSchema(rest), id, chip: loadChip(chipId, dirs) };
  checkBoard(board, path);
  return board;
}

function loadChip(id: string, dirs: readonly string[]): Chip {
  const path = find(dirs, join('chips', `${id}.json`));
  if (path === null) {
    const chipDirs = dirs.map((dir) => join(dir, 'chips'));
    throw unknown('CHIP_UNKNOWN', 'chip', id, idsIn(chipDirs));
  }
  type RawRegion = Omit<MemoryRegion, 'address' | 'eraseBytes'> & { address: string; eraseBytes?: number | null };
  const raw = readDescriptor(path, 'chip') as unknown as Omit<Chip, 'id' | 'memory' | 'halDefines'> & {
    memory: RawRegion[];
    halDefines?: Chip['halDefines'];
  };
  const memory = raw.memory.map((region) => ({
    ...region,
    address: Number(region.address),
    eraseBytes: region.eraseBytes ?? null,
  }));
  return { ...withoutSchema(raw), id, memory, halDefines: raw.halDefines ?? {} };
}

function withoutSchema<T extends object>(raw: T): T {
  const copy: T & { $schema?: string } = { ...raw };
  delete copy.$schema;
  return copy;
}

function unknown(code: string, what: string, id: string, known: readonly string[]): ToolError {
  const near = didYouMean(id, known);
  const message = `There is no ${what} "${id}"${near === null ? '' : ` (did you mean "${near}"?)`}. Known: ${known.join(', ')}.`;
  return new ToolError(code, message, { context: { [what]: id, known, suggestion: near } });
}
