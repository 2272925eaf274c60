import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from './job.js';
import type { ExperimentData } from './prepare-data.js';
import { runJob } from './run-job.js';

/** Carries out jobs, so many at a time. */
export interface JobPool {
  /** `onResult` gets every result as it comes, in no certain order. Aborting throws the signal's reason. */
  run(jobs: readonly Job[], onResult: (result: JobResult) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** One worker works in this thread; more are threads of their own. The results are the same bits either way. */
export function createPool(workers: number, data: ExperimentData): JobPool {
  return workers === 1 ? new SinglePool(data) : new ThreadPool(workers, data);
}

class SinglePool implements JobPool {
  constructor(private readonly data: ExperimentData) {}

  async run(jobs: readonly Job[], onResult: (result: JobResult) => void, signal: AbortSignal): Promise<void> {
    for (const job of jobs) {
      // Timers and signals get their turn between jobs.
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
      onResult(await runJob(job, this.data));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class ThreadPool implements JobPool {
  private readonly workers: readonly Worker[];

  constructor(count: number, data: ExperimentData) {
    const program = new URL('./worker.js', import.meta.url);
    this.workers = Array.from({ length: count }, () => new Worker(program, { workerData: data }));
  }

  async run(jobs: readonly Job[], onResult: (result: JobResult) => void, signal: AbortSignal): Promise<void> {
    const waiting = [...jobs];
    const serve = async (worker: Worker): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
        onResult(await ask(worker, job, signal));
    };
    await Promise.all(this.workers.map(serve));
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Sends a job and waits for the answer; a fault in the thread or an abort rejects. */
function ask(worker: Worker, job: Job, signal: AbortSignal): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      worker.off('message', onMessage).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onMessage = (result: JobResult): void => {
      end(() => {
        resolve(result);
      });
    };
    const onError = (error: Error): void => {
      end(() => {
        reject(error);
      });
    };
    const onAbort = (): void => {
      onError(signal.reason as Error);
    };
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    worker.on('message', onMessage).on('error', onError);
    signal.addEventListener('abort', onAbort);
    worker.postMessage(job);
  });
}
