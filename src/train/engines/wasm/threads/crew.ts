import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ToolError } from '../../../../errors/tool-error.js';
import type { Assignment } from './assignment.js';

/** Under the loader of the tests there is the TypeScript file only. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Worker threads that serve one network and end with it. They do not keep the process alive. */
export class Crew {
  private taken = false;

  private constructor(private readonly workers: readonly Worker[]) {}

  /** Starts `size` threads. Throws TRAIN_THREADS_FAILED. */
  static async hire(size: number): Promise<Crew> {
    const workers: Worker[] = [];
    try {
      while (workers.length < size) workers.push(new Worker(ENTRY));
      await Promise.all(workers.map((worker) => once(worker, 'message')));
    } catch (cause) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw threadsFailed(size, cause);
    }
    for (const worker of workers) {
      worker.unref();
      // It has told its team already; unhandled, the event would end the process.
      worker.on('error', () => undefined);
    }
    return new Crew(workers);
  }

  get size(): number {
    return this.workers.length;
  }

  /** Once: from then on the threads belong to one network. */
  begin(): void {
    if (this.taken) throw threadsFailed(this.size, new Error('they serve, or have served, another network'));
    this.taken = true;
  }

  assign(assignment: Omit<Assignment, 'member' | 'size'>): void {
    this.workers.forEach((worker, i) => {
      worker.postMessage({ ...assignment, member: i + 1, size: this.size + 1 } satisfies Assignment);
    });
  }

  /**
   * Throws if a thread has ended that began to work: killed, or out of memory, it tells nobody. Unlike the event `exit` this
   * can be asked for by a thread that is too busy to hear events.
   */
  checkAlive(): void {
    const ended = this.workers.filter((worker) => !isRunning(worker)).length;
    if (ended > 0) throw new Error(`${String(ended)} of them ended in the middle of the work`);
  }

  /** Ends the threads, whatever they are doing. */
  async dismiss(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Node reads the clock of the other thread's event loop, which a thread that has ended does not have. */
function isRunning({ performance }: Worker): boolean {
  const { active, idle } = performance.eventLoopUtilization();
  return active > 0 && idle >= 0;
}

export function threadsFailed(size: number, cause: unknown): ToolError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  const message = `The ${String(size)} worker threads for training have failed${reason}.`;
  return new ToolError('TRAIN_THREADS_FAILED', message, { context: { threads: size + 1 }, cause });
}
