import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { diskError } from '../util/atomic-write.js';
import type { JobResult } from './job.js';

/**
 * results.jsonl: one finished job a line, appended as it finishes. A run that is stopped goes on after its last whole
 * line; a line that was cut off is dropped.
 */
export class ResultsFile {
  private readonly known = new Map<string, JobResult>();

  private constructor(readonly path: string) {}

  /** Reads what is there. Throws EXPERIMENT_RESULTS_INVALID. */
  static open(path: string): ResultsFile {
    const file = new ResultsFile(path);
    if (!existsSync(path)) return file;
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const result of parseResults(whole, path)) file.known.set(result.key, result);
    return file;
  }

  get(key: string): JobResult | undefined {
    return this.known.get(key);
  }

  add(result: JobResult): void {
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      appendFileSync(this.path, resultLine(result));
    } catch (cause) {
      throw diskError(this.path, cause);
    }
    this.known.set(result.key, result);
  }
}

export function resultLine(result: JobResult): string {
  return `${JSON.stringify(result)}\n`;
}

export function parseResults(text: string, path: string): JobResult[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        const result = JSON.parse(line) as Partial<JobResult>;
        if (typeof result.key === 'string' && typeof result.measures?.['accuracy'] === 'number')
          return result as JobResult;
      } catch {
        // Said below.
      }
      throw new ToolError('EXPERIMENT_RESULTS_INVALID', `Line ${String(i + 1)} of ${path} is no result of a job.`, {
        context: { file: path, line: i + 1 },
      });
    });
}
