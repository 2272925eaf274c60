import { ToolError } from '../errors/tool-error.js';
import { encodeFrame, type Frame } from './protocol/framing.js';
import { FLAG, MESSAGE, parseError, parseSync, REFUSED } from './protocol/messages.js';
import { Patience } from './patience.js';
import { RoundTrip } from './round-trip.js';
import type { WriteQueue } from './write-queue.js';

export interface Request {
  readonly type: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
  /** Does this frame get an answer of its own? Only chunks before the last do not. */
  readonly answered: boolean;
  /** Only reads: repeated by the device, so nothing that changes state may be in flight with it. */
  readonly reads: boolean;
}

export interface EngineLimits {
  readonly windowBytes: number;
  readonly replySlots: number;
}

interface Entry {
  readonly request: Request;
  readonly resolve: (frame: Frame | null) => void;
  readonly reject: (error: ToolError) => void;
  seq: number;
  /** Place among the requests whose answers the device caches. */
  resultIndex: number;
  wireBytes: number;
  sentAtMs: number;
  /** Place among all transmissions of the session. */
  sentOrder: number;
  /** Sent more than once: its round trip says nothing, and a late answer to an earlier one does not repeat it. */
  again: boolean;
}

const SEQ_MASK = 0xffff;
/** How far `a` is ahead of `b`, negative if behind. */
const ahead = (a: number, b: number): number => (((a - b) & SEQ_MASK) << 16) >> 16;

/**
 * Delivers requests in order and exactly once over a wire that may lose, double, damage or reorder frames: the host's
 * half of docs/protocol.md. Keeps as much in flight as the device has room for. Answers resolve in any order; a
 * request without an answer of its own resolves with null once a later one shows that it was executed.
 */
export class RequestEngine {
  retransmissions = 0;
  private readonly roundTrip = new RoundTrip();
  private readonly patience: Patience;
  private limits: EngineLimits = { windowBytes: 0, replySlots: 0 };
  private nextSeq = 0;
  private nextResult = 0;
  private waiting: Entry[] = [];
  private inFlight: Entry[] = [];
  private failure: ToolError | null = null;
  private timer: NodeJS.Timeout | null = null;
  private pumpIsDue = false;
  private transmissions = 0;
  private probe: { readonly seq: number; readonly sentOrder: number } | null = null;

  constructor(
    private readonly writes: WriteQueue,
    private readonly options: { readonly timeoutMs: number; readonly timedOut: (ms: number) => ToolError },
  ) {
    this.patience = new Patience(options.timeoutMs);
  }

  /** A session is open; `helloSeq` is the sequence number of its HELLO. */
  open(limits: EngineLimits, helloSeq: number): void {
    this.failure = null;
    this.limits = limits;
    this.nextSeq = (helloSeq + 1) & SEQ_MASK;
  }

  /** Rejects everything in flight and whatever is asked before the next `open`. */
  fail(error: ToolError): void {
    this.failure = error;
    this.probe = null;
    const entries = [...this.inFlight, ...this.waiting];
    this.inFlight = [];
    this.waiting = [];
    this.stopTimer();
    for (const entry of entries) entry.reject(error);
  }

  send(request: Request): Promise<Frame | null> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      this.waiting.push({
        request,
        resolve,
        reject,
        seq: 0,
        resultIndex: 0,
        wireBytes: 0,
        sentAtMs: 0,
        sentOrder: 0,
        again: false,
      });
      this.pumpSoon();
    });
  }

  /** After the caller's turn: all chunks of an input are known by then. */
  private pumpSoon(): void {
    if (this.pumpIsDue) return;
    this.pumpIsDue = true;
    queueMicrotask(() => {
      this.pumpIsDue = false;
      this.pump();
    });
  }

  /** Takes an answer or SYNC from the device. */
  receive(frame: Frame): void {
    if (frame.type === MESSAGE.sync) {
      const sync = parseSync(frame.payload);
      if (sync !== null) this.deviceStandsAt(sync.expected, frame.seq);
    } else {
      this.answered(frame);
    }
    this.pump();
  }

  private answered(frame: Frame): void {
    const index = this.inFlight.findIndex((entry) => entry.seq === frame.seq);
    if (index < 0) return; // a second copy
    const entry = this.inFlight[index];
    this.patience.renew();
    this.roundTrip.progress();
    if (!entry.again) this.roundTrip.measured(performance.now() - entry.sentAtMs);
    this.stopTimer();
    const before = this.inFlight.slice(0, index);
    this.inFlight = [...before.filter((e) => e.request.answered), ...this.inFlight.slice(index + 1)];
    for (const e of before) if (!e.request.answered) e.resolve(null);
    if (frame.type === MESSAGE.error) entry.reject(refused(entry.request, frame));
    else entry.resolve(frame);
    // The wire keeps the order, so answers to those before were lost: ask for them at once, but only once.
    for (const e of before) if (e.request.answered && !e.again) this.transmit(e, 0);
  }

  /**
   * Everything before `expected` was executed, nothing from there on: send again what lacks an answer. After a probe
   * that holds for what went out before it; the rest may still be on its way.
   */
  private deviceStandsAt(expected: number, causedBy: number): void {
    const executed = this.inFlight.filter((e) => !e.request.answered && ahead(expected, e.seq) > 0);
    if (executed.length > 0) this.patience.renew();
    this.inFlight = this.inFlight.filter((e) => !executed.includes(e));
    for (const e of executed) e.resolve(null);
    let before = Infinity;
    if (this.probe?.seq === causedBy) {
      before = this.probe.sentOrder;
      this.probe = null;
    }
    this.roundTrip.progress();
    this.stopTimer();
    for (const e of this.inFlight) if (e.sentOrder < before) this.transmit(e, 0);
  }

  private pump(): void {
    while (this.waiting.length > 0 && this.fits(this.waiting[0])) {
      const entry = this.waiting.shift();
      if (entry === undefined) return;
      entry.seq = this.nextSeq;
      this.nextSeq = (this.nextSeq + 1) & SEQ_MASK;
      entry.resultIndex = this.nextResult;
      if (entry.request.answered) this.nextResult++;
      if (this.inFlight.length === 0) this.patience.renew();
      this.inFlight.push(entry);
      if (this.nothingWillBeAnswered()) this.transmitProbe(entry);
      else this.transmit(entry, 0);
    }
    if (this.inFlight.length === 0) this.stopTimer();
    else if (this.timer === null) this.startTimer();
  }

  private fits(entry: Entry): boolean {
    entry.wireBytes ||= this.encode(entry, 0).length + 1; // a sequence number without zeros may take one byte more
    if (this.inFlight.length === 0) return true;
    if (this.inFlight[0].request.reads !== entry.request.reads) return false;
    const bytes = this.inFlight.reduce((sum, e) => sum + e.wireBytes, entry.wireBytes);
    // A new answer takes the place of the oldest one in the cache, so what counts is the distance to the oldest
    // request that still lacks its answer, not how many lack one.
    const oldest = this.inFlight.find((e) => e.request.answered);
    const slots = oldest === undefined || !entry.request.answered ? 0 : this.nextResult + 1 - oldest.resultIndex;
    return bytes <= this.limits.windowBytes && slots <= this.limits.replySlots;
  }

  /** The window is full of chunks before the last: only a SYNC can tell that it is free again. */
  private nothingWillBeAnswered(): boolean {
    const next = this.waiting.at(0);
    return next !== undefined && this.inFlight.every((e) => !e.request.answered) && !this.fits(next);
  }

  private encode(entry: Entry, moreFlags: number): Uint8Array {
    const { type, flags = 0, payload } = entry.request;
    return encodeFrame({ type, flags: flags | moreFlags, seq: entry.seq, payload });
  }

  private transmit(entry: Entry, moreFlags: number): void {
    if (entry.sentAtMs > 0) {
      this.retransmissions++;
      entry.again = true;
    }
    entry.sentAtMs = performance.now();
    entry.sentOrder = ++this.transmissions;
    this.writes.push(this.encode(entry, moreFlags));
  }

  /** A SYNC will tell where the device stood when it had this. If this was not executed, the SYNC asks for it too. */
  private transmitProbe(entry: Entry): void {
    this.transmit(entry, FLAG.probe);
    this.probe = { seq: entry.seq, sentOrder: this.transmissions + 0.5 };
  }

  private startTimer(): void {
    const waitMs = Math.min(this.roundTrip.waitMs(), this.options.timeoutMs);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.patience.waited(waitMs);
      const { lostMs } = this.patience;
      if (lostMs !== null) return this.fail(this.options.timedOut(lostMs));
      this.roundTrip.silence();
      // One frame only: it finds room in the receive ring beside a full window.
      this.transmitProbe(this.inFlight[0]);
      this.startTimer();
    }, waitMs);
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

function nameIn(table: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(table).find(([, v]) => v === value)?.[0] ?? `0x${value.toString(16)}`;
}

function refused(request: Request, frame: Frame): ToolError {
  const error = parseError(frame.payload);
  const reason = nameIn(REFUSED, error?.code ?? 0);
  const message = nameIn(MESSAGE, request.type);
  const detail = error?.detail ?? 0;
  return new ToolError('DEVICE_REFUSED', `The firmware refused ${message}: ${reason} (${detail}).`, {
    context: { message, reason, detail },
  });
}

/** Is this the answer of a device that has restarted since the session began? */
export function tellsOfReset(frame: Frame): boolean {
  return frame.type === MESSAGE.error && parseError(frame.payload)?.code === REFUSED.noSession;
}
