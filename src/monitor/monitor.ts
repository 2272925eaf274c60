import { ToolError } from '../errors/tool-error.js';
import type { TelemetryEvent } from '../ir/telemetry.js';
import { meets, type ExpectOptions } from './expect.js';
import { LiveMetrics, type MonitorSnapshot } from './metrics.js';
import type { Recorder } from './recorder.js';
import type { MonitorView } from './render/view.js';

export interface MonitorOptions extends ExpectOptions {
  readonly view: MonitorView;
  readonly recorder: Recorder | null;
  /** Null: until the source ends or the signal fires. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal;
}

export interface MonitorSummary {
  /** Why watching ended: the expected line came, the source was over, the time was up, or Ctrl-C. */
  readonly reason: 'matched' | 'ended' | 'timeout' | 'interrupted';
  readonly events: number;
  readonly last: MonitorSnapshot;
}

/**
 * Watches a source of events: draws, records and looks for what is expected. Without `expect` the timeout is simply
 * how long to watch.
 * @throws ToolError MONITOR_FAIL_MATCHED, MONITOR_EXPECT_UNMET, MONITOR_TIMEOUT, and what the source throws
 */
export async function monitor(
  source: (signal: AbortSignal) => AsyncIterable<TelemetryEvent>,
  options: MonitorOptions,
): Promise<MonitorSummary> {
  const { view, recorder, expect, timeoutMs, signal } = options;
  const metrics = new LiveMetrics();
  const stop = new AbortController();
  let reason: MonitorSummary['reason'] = 'ended';
  let events = 0;
  const interrupt = (): void => {
    if (!stop.signal.aborted) reason = 'interrupted';
    stop.abort();
  };
  const timer =
    timeoutMs === null
      ? null
      : setTimeout(() => {
          reason = 'timeout';
          stop.abort();
        }, timeoutMs);
  signal?.addEventListener('abort', interrupt, { once: true });
  if (signal?.aborted === true) interrupt();
  try {
    for await (const event of source(stop.signal)) {
      events++;
      recorder?.write(event);
      metrics.add(event);
      view.show(event, metrics.snapshot());
      if (meets(event, options)) {
        reason = 'matched';
        break;
      }
    }
  } finally {
    if (timer !== null) clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
    stop.abort();
    view.end(metrics.snapshot());
    recorder?.close();
  }
  // `reason` is also written by the callbacks above, which the compiler does not follow.
  const ended = reason as MonitorSummary['reason'];
  if (expect !== null && (ended === 'ended' || ended === 'timeout')) throw unmet(expect, ended, timeoutMs, events);
  return { reason: ended, events, last: metrics.snapshot() };
}

function unmet(expect: RegExp, reason: 'ended' | 'timeout', timeoutMs: number | null, events: number): ToolError {
  const context = { pattern: expect.source, events, timeoutMs };
  return reason === 'timeout'
    ? new ToolError('MONITOR_TIMEOUT', `No line matched ${String(expect)} within ${timeoutMs} ms.`, { context })
    : new ToolError('MONITOR_EXPECT_UNMET', `None of ${events} lines matched ${String(expect)}.`, { context });
}
