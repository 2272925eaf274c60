import { ToolError } from '../errors/tool-error.js';
import type { Integers } from '../ir/tensor.js';
import type {
  Device,
  DeviceInfo,
  DeviceStats,
  InferResult,
  LabelledInput,
  LearnResult,
  LinkState,
  LinkStats,
  PredictResult,
  TelemetryFrame,
  Unsubscribe,
} from './device.js';
import { Greeter } from './greeting.js';
import { Listeners } from './listeners.js';
import { payloadCapacity, StreamDecoder, type Frame } from './protocol/framing.js';
import * as wire from './protocol/messages.js';
import { RequestEngine, tellsOfReset } from './request-engine.js';
import { sampleRequests } from './samples.js';
import { stream } from './stream.js';
import { TelemetryReader } from './telemetry-reader.js';
import type { Transport } from './transport/transport.js';
import { WriteQueue } from './write-queue.js';

export interface OpenOptions {
  /** How long a silent device is asked for its name. */
  readonly greetingTimeoutMs?: number;
  /** Longest silence on a request: at least the time of the longest inference or learning step. */
  readonly timeoutMs?: number;
}

const GREETING_TIMEOUT_MS = 15_000;
const TIMEOUT_MS = 20_000;
const RESET_ATTEMPTS = 3;
/** Requests made ahead of those in flight, so that a freed window is filled at once. */
const AHEAD = 8;
const UNKNOWN = 0xffffffff;
const EMPTY = new Uint8Array(0);

/**
 * Greets the device at the other end of `transport` and opens a session. Takes over the transport: it is closed when
 * this fails, and by `close()`.
 * @throws ToolError DEVICE_NO_GREETING, PROTOCOL_VERSION_MISMATCH, PORT_CLOSED
 */
export async function openDevice(transport: Transport, options: OpenOptions = {}): Promise<Device> {
  const session = new DeviceSession(transport, options);
  try {
    await session.greet();
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

class DeviceSession implements Device {
  private readonly writes: WriteQueue;
  private readonly engine: RequestEngine;
  private readonly decoder: StreamDecoder;
  private readonly telemetry = new TelemetryReader();
  private readonly textListeners = new Listeners<string>();
  private readonly stateListeners = new Listeners<LinkState>();
  private greeter: Greeter | null = null;
  private greeted: DeviceInfo | null = null;
  private inSession = false;
  private lastText = '';
  private bytesReceived = 0;
  private badFrames = 0;
  private gone: ToolError | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly options: OpenOptions,
  ) {
    this.writes = new WriteQueue(transport);
    this.engine = new RequestEngine(this.writes, {
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      timedOut: (ms) => this.silent('DEVICE_TIMEOUT', `did not answer for ${(ms / 1000).toFixed(1)} s`),
    });
    this.decoder = new StreamDecoder({
      frame: (frame) => this.receive(frame),
      text: (line) => this.text(line),
      bad: () => this.badFrames++,
    });
    transport.listen({
      data: (bytes) => {
        this.bytesReceived += bytes.length;
        this.decoder.push(bytes);
      },
      closed: (error) => this.closed(error),
    });
  }

  get info(): DeviceInfo {
    if (this.greeted === null) throw new ToolError('PORT_CLOSED', `${this.transport.name} was never greeted.`);
    return this.greeted;
  }

  get link(): LinkStats {
    return {
      bytesSent: this.writes.bytesSent,
      bytesReceived: this.bytesReceived,
      retransmissions: this.engine.retransmissions,
      lostFrames: this.telemetry.lost,
      badFrames: this.badFrames,
    };
  }

  async greet(): Promise<void> {
    if (this.gone !== null) throw this.gone;
    const greeter = new Greeter(this.writes);
    this.greeter = greeter;
    const timeoutMs = this.options.greetingTimeoutMs ?? GREETING_TIMEOUT_MS;
    const seconds = (timeoutMs / 1000).toFixed(1);
    const { info, helloSeq } = await greeter.greet(timeoutMs, () =>
      this.silent('DEVICE_NO_GREETING', `did not answer HELLO within ${seconds} s`),
    );
    this.greeted = info;
    this.telemetry.restart();
    this.engine.open(info, helloSeq);
    this.inSession = true;
    this.stateListeners.tell('connected');
  }

  infer(inputs: Iterable<Integers>): AsyncIterable<InferResult> {
    return this.samples(inputs, async (input) => {
      const frame = await this.sample(wire.SAMPLE_OP.infer, 0, input);
      const { output, ticks } = this.parsed(frame, wire.MESSAGE.inferred, wire.parseInferred);
      return { output: signed(output), ticks };
    });
  }

  predict(inputs: Iterable<Integers>): AsyncIterable<PredictResult> {
    return this.samples(inputs, async (input) => {
      const frame = await this.sample(wire.SAMPLE_OP.predict, 0, input);
      const { classIndex, ticks } = this.parsed(frame, wire.MESSAGE.predicted, wire.parsePredicted);
      return { classIndex, ticks };
    });
  }

  learn(samples: Iterable<LabelledInput>): AsyncIterable<LearnResult> {
    return this.samples(samples, async ({ input, label }) => {
      const frame = await this.sample(wire.SAMPLE_OP.learn, label, input);
      return this.parsed(frame, wire.MESSAGE.learned, wire.parseLearned);
    });
  }

  async inferOps(input: Integers, opCount: number): Promise<void> {
    const stored = this.sample(wire.SAMPLE_OP.store, 0, input);
    await Promise.all([stored, this.request(wire.MESSAGE.inferOps, wire.writeInferOps({ opCount }))]);
  }

  async readTensor(tensorId: number, byteCount: number): Promise<Int8Array> {
    const request = (offset: number, count: number): Uint8Array => wire.writeReadTensor({ tensorId, offset, count });
    return signed(await this.read(wire.MESSAGE.readTensor, byteCount, request));
  }

  readLearnState(): Promise<Uint8Array> {
    const request = (offset: number, count: number): Uint8Array => wire.writeReadState({ offset, count });
    return this.read(wire.MESSAGE.readState, this.info.learnStateBytes, request);
  }

  async resetLearning(): Promise<void> {
    await this.request(wire.MESSAGE.resetLearning, EMPTY);
  }

  async setTelemetry(everySteps: number): Promise<void> {
    if (!Number.isInteger(everySteps) || everySteps < 0 || everySteps > 0xffff) {
      throw new RangeError(`everySteps must be a whole number from 0 to 65535, not ${everySteps}`);
    }
    await this.request(wire.MESSAGE.telemetryEvery, wire.writeTelemetryEvery({ steps: everySteps }));
  }

  sink(payloads: Iterable<Uint8Array>): AsyncIterable<number> {
    return this.samples(payloads, async (data) => {
      await this.request(wire.MESSAGE.sink, wire.writeSink({ data }));
      return data.length;
    });
  }

  async stats(): Promise<DeviceStats> {
    const frame = await this.request(wire.MESSAGE.readStats, EMPTY, true);
    const stats = this.parsed(frame, wire.MESSAGE.stats, wire.parseStats);
    const { stackHighWaterBytes: stack } = stats;
    return { ...stats, stackHighWaterBytes: stack === UNKNOWN ? null : stack };
  }

  onTelemetry(listener: (frame: TelemetryFrame) => void): Unsubscribe {
    return this.telemetry.listeners.add(listener);
  }

  onText(listener: (line: string) => void): Unsubscribe {
    return this.textListeners.add(listener);
  }

  onState(listener: (state: LinkState) => void): Unsubscribe {
    return this.stateListeners.add(listener);
  }

  async reset(): Promise<void> {
    const before = this.info.bootId;
    for (let attempt = 0; attempt < RESET_ATTEMPTS; attempt++) {
      // The answer may get lost with the device's memory: what counts is the new boot id.
      await this.request(wire.MESSAGE.reset, EMPTY).catch((error: unknown) => {
        if (this.gone !== null) throw error;
      });
      await this.greet();
      if (this.info.bootId !== before) return this.stateListeners.tell('reset');
    }
    throw this.silent('DEVICE_TIMEOUT', `did not restart when asked ${RESET_ATTEMPTS} times`);
  }

  async close(): Promise<void> {
    this.closed(null);
    await this.transport.close();
  }

  /** Streams in order, as far ahead as the device can keep up with. */
  private samples<In, Out>(items: Iterable<In>, start: (item: In) => Promise<Out>): AsyncIterable<Out> {
    return stream(items, this.info.replySlots + AHEAD, start);
  }

  private async sample(op: number, label: number, input: Integers): Promise<Frame> {
    const { inputBytes, maxFrameBytes, inputZeroPoint } = this.info;
    const found = input.byteLength;
    if (found !== inputBytes) {
      const message = `The input has ${found} bytes, the model on ${this.info.boardId} takes ${inputBytes}.`;
      throw new ToolError('DEVICE_INPUT_SIZE', message, { context: { found, expected: inputBytes } });
    }
    const requests = sampleRequests(op, label, input, { maxFrameBytes, zeroPoint: inputZeroPoint });
    const answers = await Promise.all(requests.map((request) => this.engine.send(request)));
    return answers[answers.length - 1] as Frame;
  }

  private async request(type: number, payload: Uint8Array, reads = false): Promise<Frame> {
    return (await this.engine.send({ type, payload, answered: true, reads })) as Frame;
  }

  private async read(
    type: number,
    byteCount: number,
    request: (offset: number, count: number) => Uint8Array,
  ): Promise<Uint8Array> {
    const most = payloadCapacity(this.info.maxFrameBytes) - wire.DATA_FIXED_BYTES;
    const bytes = new Uint8Array(byteCount);
    const offsets = Array.from({ length: Math.ceil(byteCount / most) }, (_, i) => i * most);
    const parts = this.samples(offsets, async (offset) => {
      const count = Math.min(most, byteCount - offset);
      const part = this.parsed(
        await this.request(type, request(offset, count), true),
        wire.MESSAGE.data,
        wire.parseData,
      );
      if (part.offset !== offset || part.data.length !== count) throw violation('DATA of another place or size');
      return part;
    });
    for await (const part of parts) bytes.set(part.data, part.offset);
    return bytes;
  }

  private parsed<T>(frame: Frame, type: number, parse: (payload: Uint8Array) => T | null): T {
    const message = frame.type === type ? parse(frame.payload) : null;
    if (message === null) throw violation(`type 0x${frame.type.toString(16)}, ${frame.payload.length} bytes`);
    return message;
  }

  private receive(frame: Frame): void {
    if (frame.type === wire.MESSAGE.greeting) this.greeter?.receive(frame);
    else if (frame.type === wire.MESSAGE.telemetry) this.telemetryFrame(frame);
    else if (tellsOfReset(frame)) this.restarted();
    else this.engine.receive(frame);
  }

  /** What an earlier session left in the wire has its own numbering, and is no loss of this one. */
  private telemetryFrame(frame: Frame): void {
    if (this.inSession) this.telemetry.receive(frame);
  }

  /** Every request in flight comes back with the same refusal: told once. */
  private restarted(): void {
    if (this.greeted === null || !this.inSession) return;
    this.inSession = false;
    const { boardId } = this.greeted;
    const message = `The board ${boardId} restarted in the middle of the session.${this.said()}`;
    this.engine.fail(new ToolError('DEVICE_RESET', message, { context: { board: boardId, lastText: this.lastText } }));
    this.stateListeners.tell('reset');
  }

  private text(line: string): void {
    if (line.trim() !== '') this.lastText = line;
    this.textListeners.tell(line);
  }

  private closed(error: ToolError | null): void {
    if (this.gone !== null) return;
    const { name } = this.transport;
    this.gone =
      error ?? new ToolError('PORT_CLOSED', `The connection to ${name} is closed.`, { context: { port: name } });
    this.engine.fail(this.gone);
    this.greeter?.fail(this.gone);
    this.stateListeners.tell('disconnected');
  }

  private silent(code: string, what: string): ToolError {
    const board = this.greeted?.boardId ?? null;
    const port = this.transport.name;
    const { bytesReceived, badFrames, lastText } = this;
    const message = `The board on ${port} ${what} (${bytesReceived} bytes received so far).${this.said()}`;
    return new ToolError(code, message, { context: { port, board, bytesReceived, badFrames, lastText } });
  }

  private said(): string {
    return this.lastText === '' ? '' : ` Its last text was: ${this.lastText}`;
  }
}

function signed(bytes: Uint8Array): Int8Array {
  return Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

function violation(what: string): ToolError {
  return new ToolError('PROTOCOL_VIOLATION', `The answer from the board is not the one asked for: ${what}.`);
}
