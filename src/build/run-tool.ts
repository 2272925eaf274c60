import { spawn } from 'node:child_process';
import { ToolError } from '../errors/tool-error.js';

export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end and collects what it says, in the C locale so that messages can be matched.
 * An abort kills it and rejects with INTERRUPTED once it is gone. Rejects with ENOENT if there is no such program.
 */
export function runTool(command: string, args: readonly string[], options: RunOptions = {}): Promise<ToolResult> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(interrupted(command));
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    const kill = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    child.once('error', (error) => {
      signal?.removeEventListener('abort', kill);
      reject(error);
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted === true) return reject(interrupted(command));
      const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('utf8');
      resolve({ exitCode: code ?? 1, stdout: text(chunks.stdout), stderr: text(chunks.stderr) });
    });
  });
}

function interrupted(command: string): ToolError {
  return new ToolError('INTERRUPTED', `Stopped while ${command} was running.`, { context: { command } });
}
