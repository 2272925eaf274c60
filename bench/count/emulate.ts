import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Board } from '../../src/boards/descriptor.js';

/** 256 ns an instruction: at least two ticks of every board's counter, which then wraps after 500 million. */
const SHIFT = 8;

/** Instructions that `ticks` of the board's counter are, to the nearest. */
function instructionsOf(board: Board, ticks: number): number {
  return Math.round((ticks * 1e9) / (board.emulator!.instructionCounting!.ticksPerSecond * 2 ** SHIFT));
}

/** Instructions of the calls that the program reported under `name`, in order (report_ticks of count.h). */
export function reportedInstructions(board: Board, said: string, name: string): number[] {
  return [...said.matchAll(new RegExp(`^${name} (\\d+) (\\d+)$`, 'gm'))].map((m) =>
    // The counter has 32 bits and may wrap during the call.
    instructionsOf(board, (Number(m[1]) - Number(m[2])) >>> 0),
  );
}

/** Runs a program that says "end" on its serial line when it has done its work; returns what it said. */
export async function emulate(board: Board, elf: Uint8Array, timeoutMs = 240_000): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'grapes-bench-'));
  try {
    const path = join(dir, 'bench.elf');
    writeFileSync(path, elf);
    const { command, args } = board.emulator!;
    const filled = args.map((a) => (a === 'pty' ? 'stdio' : a.replace('{elf}', path)));
    return await talk(command, [...filled, '-icount', `shift=${SHIFT}`], timeoutMs);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function talk(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let complaint = '';
    const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/^(end|fault: .*)\n/m.test(text)) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(late);
      if (/^end$/m.test(text)) resolve(text);
      else reject(new Error(`the program did not reach its end: ${text.slice(-300)} ${complaint.slice(0, 500)}`));
    });
  });
}
