import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ToolError } from '../errors/tool-error.js';
import type { TelemetryEvent } from '../ir/telemetry.js';
import { parseEvent } from './parse-event.js';

export interface ReplayOptions {
  /** How much faster than it was recorded; Infinity: as fast as it is read. */
  readonly speed: number;
  /** Waits; ends early when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * The events of a recording in their own rhythm. A last line without its line end was cut off by a crash and is left
 * out; any other line that is no event is an error with its number.
 * @throws ToolError MONITOR_RECORDING_MISSING, MONITOR_RECORDING_INVALID
 */
export async function* replay(path: string, options: ReplayOptions): AsyncGenerator<TelemetryEvent> {
  const { speed, sleep, signal } = options;
  let shownMs: number | null = null;
  let held: { text: string; line: number } | null = null;
  for await (const next of lines(path)) {
    if (signal?.aborted === true) return;
    if (held !== null) {
      const event = parse(path, held.text, held.line);
      // A second recording appended to the first starts again at 0: no waiting backwards.
      const waitMs: number = shownMs === null ? 0 : (event.atMs - shownMs) / speed;
      if (waitMs > 0) await sleep(waitMs, signal);
      shownMs = event.atMs;
      yield event;
    }
    held = next.text === null ? null : { text: next.text, line: next.line };
  }
}

/** Lines without their ends; a final `null` if the file ended cleanly, the cut-off rest dropped otherwise. */
async function* lines(path: string): AsyncGenerator<{ text: string | null; line: number }> {
  let endedCleanly = true;
  const stream = createReadStream(path, 'utf8');
  stream.on('data', (chunk) => (endedCleanly = chunk.toString().endsWith('\n')));
  const reader = createInterface({ input: stream, crlfDelay: Infinity });
  let line = 0;
  let held: string | null = null;
  try {
    for await (const text of reader) {
      if (held !== null) yield { text: held, line };
      line++;
      held = text;
    }
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const message = `The recording ${path} cannot be read (${why}).`;
    throw new ToolError('MONITOR_RECORDING_MISSING', message, { context: { path, errno: why }, cause });
  }
  if (held !== null && (endedCleanly || parseEvent(held) !== null)) yield { text: held, line };
  yield { text: null, line };
}

function parse(path: string, text: string, line: number): TelemetryEvent {
  const event = parseEvent(text);
  if (event !== null) return event;
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw new ToolError('MONITOR_RECORDING_INVALID', `${path}:${line} is not a recorded event: ${shown}`, {
    context: { path, line },
  });
}
