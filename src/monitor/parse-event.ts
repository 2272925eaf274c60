import type { FactorSpread, TelemetryEvent } from '../ir/telemetry.js';

const STATES = ['connected', 'disconnected', 'reset'];
type Fields = Record<string, unknown>;

/** The event in a line of a recording; null if it is none. Unknown extra fields are dropped. */
export function parseEvent(text: string): TelemetryEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const f = value as Fields;
  if (!isNumber(f['atMs'])) return null;
  const atMs = f['atMs'];
  switch (f['type']) {
    case 'step':
      return parseStep(atMs, f);
    case 'text':
      return typeof f['line'] === 'string' ? { type: 'text', atMs, line: f['line'] } : null;
    case 'link': {
      const { lostFrames, badFrames } = f;
      return isNumber(lostFrames) && isNumber(badFrames) ? { type: 'link', atMs, lostFrames, badFrames } : null;
    }
    case 'state': {
      const state = f['state'] as 'connected' | 'disconnected' | 'reset';
      return STATES.includes(state) ? { type: 'state', atMs, state } : null;
    }
    default:
      return null;
  }
}

function parseStep(atMs: number, f: Fields): TelemetryEvent | null {
  const { step, loss, correct, ticks, layers } = f;
  // JSON has no NaN: a loss that is not finite was written as null.
  const real = loss === null ? NaN : loss;
  if (!isNumber(step) || typeof real !== 'number' || typeof correct !== 'boolean' || !isNumber(ticks)) return null;
  if (!Array.isArray(layers) || !layers.every(isSpread)) return null;
  return { type: 'step', atMs, step, loss: real, correct, ticks, layers };
}

function isSpread(value: unknown): value is FactorSpread {
  if (typeof value !== 'object' || value === null) return false;
  const { min, mean, max } = value as Fields;
  return isNumber(min) && isNumber(mean) && isNumber(max);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
