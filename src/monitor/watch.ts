import type { Device, Unsubscribe } from '../device/device.js';
import { isToolError } from '../errors/tool-error.js';
import type { TelemetryEvent } from '../ir/telemetry.js';
import { EventQueue } from './event-queue.js';

/** An open device and how to let go of it (close the port, end the emulator). */
export interface Connection {
  readonly device: Device;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Opens the device; called again after it was lost. */
  readonly open: (signal: AbortSignal) => Promise<Connection>;
  /**
   * What to do with the device while it is watched, such as a learning stream; the watch ends when it is done.
   * Null: only listen.
   */
  readonly drive: ((device: Device, signal: AbortSignal) => Promise<void>) | null;
  /** Telemetry frame every so many learning steps. */
  readonly telemetryEverySteps: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;
/**
 * Failures that waiting may cure: the plug is out, another program (a flash tool) has the port, udev has not yet set
 * its rights, the firmware is still starting, the emulator was ended. Anything else, such as another firmware, ends the watch.
 */
const PASSING = /^(PORT_|DEVICE_RESET$|DEVICE_TIMEOUT$|DEVICE_NO_GREETING$|EMULATOR_ENDED$)/;

/**
 * The events of a device for as long as the signal allows. A reset or a pulled plug is an event, not an end: the device
 * is opened again, waiting a little longer after each failure. The first opening must succeed.
 */
export async function* watch(options: WatchOptions): AsyncGenerator<TelemetryEvent> {
  const { now, signal } = options;
  const began = now();
  const atMs = (): number => Math.round(now() - began);
  let connection: Connection | null = await options.open(signal);
  try {
    while (connection !== null) {
      const queue = new EventQueue();
      const driven = subscribe(connection.device, options, queue, atMs);
      yield { type: 'state', atMs: atMs(), state: 'connected' };
      let ended: 'done' | 'lost' = 'done';
      try {
        for await (const event of queue) {
          yield event;
          if (event.type === 'state' && event.state !== 'connected') ended = 'lost';
        }
      } finally {
        driven.end();
      }
      if (ended === 'done' || signal.aborted) return;
      const old: Connection = connection;
      connection = null;
      await old.close().catch(() => undefined);
      connection = await reopen(options);
    }
  } finally {
    await connection?.close();
  }
}

/** Feeds the queue until the device is lost, the drive is done or the signal fires. */
function subscribe(device: Device, options: WatchOptions, queue: EventQueue, atMs: () => number): { end: Unsubscribe } {
  const { signal } = options;
  const own = new AbortController();
  let lost = 0;
  let bad = 0;
  const link = (): void => {
    const { lostFrames, badFrames } = device.link;
    if (lostFrames === lost && badFrames === bad) return;
    lost = lostFrames;
    bad = badFrames;
    queue.push({ type: 'link', atMs: atMs(), lostFrames, badFrames });
  };
  const stop = (): void => {
    own.abort();
    queue.end();
  };
  signal.addEventListener('abort', stop, { once: true });
  const ends: Unsubscribe[] = [
    device.onTelemetry((frame) => {
      queue.push({ type: 'step', atMs: atMs(), ...frame });
      link();
    }),
    device.onText((line) => queue.push({ type: 'text', atMs: atMs(), line })),
    device.onState((state) => {
      if (state === 'connected') return;
      queue.push({ type: 'state', atMs: atMs(), state });
      stop();
    }),
    () => signal.removeEventListener('abort', stop),
  ];
  void run(device, options, own.signal).then(
    (done) => {
      link();
      if (done) queue.end();
    },
    (error: unknown) => {
      link();
      // A drive that breaks because the device went away is not an error of its own.
      if (own.signal.aborted) queue.end();
      else if (isPassing(error)) {
        queue.push({ type: 'state', atMs: atMs(), state: isReset(error) ? 'reset' : 'disconnected' });
        queue.end();
      } else queue.fail(error);
    },
  );
  if (signal.aborted) stop();
  return {
    end: () => {
      own.abort();
      for (const end of ends) end();
    },
  };
}

/** True when there was something to do and it is done. */
async function run(device: Device, options: WatchOptions, signal: AbortSignal): Promise<boolean> {
  await device.setTelemetry(options.telemetryEverySteps);
  if (options.drive === null) return false;
  await options.drive(device, signal);
  return true;
}

async function reopen(options: WatchOptions): Promise<Connection | null> {
  const { open, signal, sleep } = options;
  for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
    await sleep(waitMs, signal);
    if (signal.aborted) return null;
    try {
      return await open(signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (!isPassing(error)) throw error;
    }
  }
  return null;
}

function isReset(error: unknown): boolean {
  return isToolError(error) && error.code === 'DEVICE_RESET';
}

function isPassing(error: unknown): boolean {
  return isToolError(error) && PASSING.test(error.code);
}
