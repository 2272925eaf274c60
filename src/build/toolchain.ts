import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { CompilerSpec } from '../boards/descriptor.js';
import { ToolError } from '../errors/tool-error.js';
import { runTool } from './run-tool.js';

export interface Toolchain {
  readonly command: string;
  /** First line that the compiler prints about itself. */
  readonly version: string;
}

/** Full path of a program in PATH, or null. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | null {
  const places = name.includes('/') ? [name] : path.split(delimiter).map((dir) => join(dir, name));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The exact command that installs `packages` here: with sudo unless this is root. */
export function aptInstallLine(packages: readonly string[]): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt-get install -y ${packages.join(' ')}`;
}

/**
 * Finds a compiler and asks its version.
 * @throws ToolError TOOLCHAIN_MISSING with the apt line in the hint
 */
export async function findToolchain(spec: CompilerSpec, signal?: AbortSignal): Promise<Toolchain> {
  if (findProgram(spec.command) === null) throw missing(spec, 'is not in the PATH');
  const result = await runTool(spec.command, spec.versionArgs, { signal });
  if (result.exitCode !== 0) throw missing(spec, `does not run (exit code ${result.exitCode})`);
  return { command: spec.command, version: result.stdout.split('\n', 1)[0].trim() };
}

function missing(spec: CompilerSpec, why: string): ToolError {
  return new ToolError('TOOLCHAIN_MISSING', `The compiler ${spec.command} ${why}.`, {
    hint: `Install it: ${aptInstallLine(spec.aptPackages)}`,
    context: { command: spec.command, packages: spec.aptPackages },
  });
}
