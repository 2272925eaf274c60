import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Board } from '../boards/descriptor.js';
import { listBoards, loadBoard } from '../boards/load.js';
import { aptInstallLine, findProgram, findToolchain } from '../build/toolchain.js';
import { runTool } from '../build/run-tool.js';
import { isToolError } from '../errors/tool-error.js';

import { findSerialPorts } from './ports.js';
import type { DoctorCheck, DoctorReport, SerialPortFound } from './report.js';

const NODE_MAJOR = 20;

export interface DiagnoseOptions {
  /** Folders with boards of the user's own. */
  readonly boardDirs?: readonly string[];
  readonly cacheDir?: string;
  /** The compiled training kernels. */
  readonly kernelFile?: string;
  readonly dev?: string;
  readonly groupFile?: string;
  readonly nodeVersion?: string;
}

const ok = (name: string, found: string): DoctorCheck => ({ name, status: 'ok', found, remedy: null });

/** Looks at everything the tool needs of this machine. Never throws for what it finds: that is in the report. */
export async function diagnose(options: DiagnoseOptions = {}): Promise<DoctorReport> {
  const ports = findSerialPorts(options.dev);
  const boards = listBoards(options.boardDirs).map((id) => boardOrProblem(id, options));
  const good = boards.filter((board): board is Board => 'chip' in board);
  const tools = await toolChecks(good);
  const missing = new Set(tools.filter((tool) => tool.check.status !== 'ok').map((tool) => tool.program));
  const usable = good.filter((board) => programsOf(board).every(({ program }) => !missing.has(program)));
  const checks = [
    nodeCheck(options.nodeVersion ?? process.versions.node),
    boardCheck(usable),
    ...boards.filter((board): board is DoctorCheck => !('chip' in board)),
    ...tools.map((tool) => tool.check),
    kernelCheck(options.kernelFile),
    cacheCheck(options.cacheDir),
    portCheck(ports),
    groupCheck(ports, options.groupFile),
  ];
  return {
    schemaVersion: 1,
    checks,
    ports,
    usableBoards: usable.map((board) => board.id),
    ok: checks.every((check) => check.status !== 'fail'),
  };
}

/** One compiler is enough; without any the tool can train, but not deploy. */
function boardCheck(usable: readonly Board[]): DoctorCheck {
  const name = 'a usable board';
  if (usable.length > 0) return ok(name, `${usable.length} of them`);
  const remedy = `${aptInstallLine(loadBoard('host').chip.compiler.aptPackages)}   # for the board host, the smallest step`;
  return { name, status: 'fail', found: 'none: no board has its compiler and emulator here', remedy };
}

function boardOrProblem(id: string, options: DiagnoseOptions): Board | DoctorCheck {
  try {
    return loadBoard(id, options.boardDirs);
  } catch (error) {
    if (!isToolError(error)) throw error;
    return {
      name: `board ${id}`,
      status: 'warn',
      found: error.message,
      remedy: 'Correct the descriptor (docs/boards.md).',
    };
  }
}

interface NeededProgram {
  readonly program: string;
  readonly kind: 'compiler' | 'emulator';
  readonly packages: readonly string[];
  readonly versionArgs: readonly string[];
}

function programsOf({ chip, emulator }: Board): NeededProgram[] {
  const { command, aptPackages, versionArgs } = chip.compiler;
  const compiler: NeededProgram = { program: command, kind: 'compiler', packages: aptPackages, versionArgs };
  if (emulator === null || emulator.command.includes('{elf}')) return [compiler];
  const { command: program, aptPackages: packages } = emulator;
  return [compiler, { program, kind: 'emulator', packages, versionArgs: ['--version'] }];
}

async function toolChecks(boards: readonly Board[]): Promise<{ program: string; check: DoctorCheck }[]> {
  const needs = new Map<string, NeededProgram & { boards: string[] }>();
  for (const board of boards) {
    for (const need of programsOf(board)) {
      const known = needs.get(need.program) ?? { ...need, boards: [] };
      known.boards.push(board.id);
      needs.set(need.program, known);
    }
  }
  return Promise.all(
    [...needs.values()].map(async (need) => ({ program: need.program, check: await toolCheck(need) })),
  );
}

async function toolCheck(need: NeededProgram & { boards: readonly string[] }): Promise<DoctorCheck> {
  const name = `${need.kind} ${need.program}`;
  const remedy = `${aptInstallLine(need.packages)}   # for ${need.boards.join(', ')}`;
  if (findProgram(need.program) === null) return { name, status: 'warn', found: 'not installed', remedy };
  try {
    if (need.kind === 'compiler') {
      const spec = { command: need.program, versionArgs: need.versionArgs, aptPackages: need.packages };
      return ok(name, (await findToolchain({ ...spec, flags: [], linkFlags: [], libraries: [] })).version);
    }
    const result = await runTool(need.program, need.versionArgs);
    return ok(name, result.stdout.split('\n', 1)[0].trim());
  } catch {
    return { name, status: 'warn', found: 'installed, but does not run', remedy };
  }
}

function nodeCheck(version: string): DoctorCheck {
  const name = 'node';
  if (Number(version.split('.', 1)[0]) >= NODE_MAJOR) return ok(name, version);
  const remedy = `Install Node ${NODE_MAJOR} or later: https://nodejs.org/en/download`;
  return { name, status: 'fail', found: version, remedy };
}

/** The kernels are compiled at set-up in a checkout and shipped in the package. */
function kernelCheck(
  file = fileURLToPath(new URL('../train/engines/wasm/training.wasm', import.meta.url)),
): DoctorCheck {
  const name = 'training kernels';
  if (existsSync(file)) return ok(name, file);
  return { name, status: 'fail', found: `${file} is missing`, remedy: 'npm run build' };
}

function cacheCheck(dir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'grapes-mcu')): DoctorCheck {
  const name = 'cache folder';
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
    return ok(name, dir);
  } catch (error) {
    const remedy = 'Set XDG_CACHE_HOME to a folder that you may write to.';
    return { name, status: 'fail', found: `${dir}: ${(error as Error).message}`, remedy };
  }
}

function portCheck(ports: readonly SerialPortFound[]): DoctorCheck {
  const name = 'serial ports';
  if (ports.length === 0) return ok(name, 'none; virtual boards need none');
  const closed = ports.filter((port) => !port.accessible);
  if (closed.length === 0) return ok(name, ports.map((port) => port.path).join(', '));
  const found = `no permission for ${closed.map((port) => port.path).join(', ')}`;
  return { name, status: 'warn', found, remedy: 'sudo usermod -aG dialout $USER   # then log in again' };
}

/** Group ownership is how Debian gives access to serial ports. */
function groupCheck(ports: readonly SerialPortFound[], groupFile = '/etc/group'): DoctorCheck {
  const name = 'dialout group';
  if (process.getuid?.() === 0) return ok(name, 'not needed by root');
  const gid = groupId('dialout', groupFile);
  if (gid === null) return ok(name, 'this system has none');
  if ((process.getgroups?.() ?? []).includes(gid)) return ok(name, 'member');
  const status = ports.length === 0 ? 'ok' : 'warn';
  const remedy = status === 'ok' ? null : 'sudo usermod -aG dialout $USER   # then log in again';
  return { name, status, found: 'not a member; only real boards need it', remedy };
}

function groupId(name: string, file: string): number | null {
  try {
    const line = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(readFileSync(file, 'utf8'));
    return line === null ? null : Number(line[1]);
  } catch {
    return null;
  }
}
