import { ToolError } from '../errors/tool-error.js';
import type { TelemetryEvent } from '../ir/telemetry.js';
import { eventLine } from './render/view.js';

/** What a monitor waits for; null: nothing. */
export interface ExpectOptions {
  readonly expect: RegExp | null;
  readonly fail: RegExp | null;
}

/**
 * Looks at every event in its plain form (device text as it is, a step as `step 12 loss 0.5120 correct ...`).
 * @returns true when the expected line came
 * @throws ToolError MONITOR_FAIL_MATCHED; `fail` wins over `expect` on the same line
 */
export function meets(event: TelemetryEvent, { expect, fail }: ExpectOptions): boolean {
  if (expect === null && fail === null) return false;
  const line = eventLine(event);
  if (fail !== null && matches(fail, line)) {
    throw new ToolError('MONITOR_FAIL_MATCHED', `The device sent a line that matches ${String(fail)}: ${line}`, {
      context: { pattern: fail.source, line },
    });
  }
  return expect !== null && matches(expect, line);
}

/** A regular expression as a user types it. @throws ToolError MONITOR_PATTERN_INVALID */
export function parsePattern(option: string, source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    const message = `--${option} ${source} is no regular expression: ${(cause as Error).message}.`;
    throw new ToolError('MONITOR_PATTERN_INVALID', message, { context: { option, pattern: source }, cause });
  }
}

/** Without the memory that /g and /y expressions have between calls. */
function matches(pattern: RegExp, line: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(line);
}
