import { randomBytes } from 'node:crypto';
import { ToolError } from '../errors/tool-error.js';
import type { DeviceInfo } from './device.js';
import { encodeFrame, payloadCapacity, type Frame } from './protocol/framing.js';
import {
  MESSAGE,
  parseGreeting,
  PROTOCOL_VERSION,
  SAMPLE_FIXED_BYTES,
  writeHello,
  type Greeting,
} from './protocol/messages.js';
import { Patience } from './patience.js';
import type { WriteQueue } from './write-queue.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1000;
/** Version u8 and nonce u32: all that is sure to keep its place in other versions. */
const FIXED_BYTES = 5;

export interface Greeted {
  readonly info: DeviceInfo;
  readonly helloSeq: number;
}

/** Asks the device who it is until it answers: it may still be starting, or the first bytes may get lost. */
export class Greeter {
  private readonly nonce = randomBytes(4).readUInt32LE();
  private readonly seq = randomBytes(2).readUInt16LE();
  private timer: NodeJS.Timeout | null = null;
  private settle: { resolve: (greeted: Greeted) => void; reject: (error: ToolError) => void } | null = null;

  constructor(private readonly writes: WriteQueue) {}

  greet(timeoutMs: number, silent: () => ToolError): Promise<Greeted> {
    const patience = new Patience(timeoutMs);
    const ask = (waitMs: number): void => {
      if (patience.lostMs !== null) return this.fail(silent());
      const payload = writeHello({ protocolVersion: PROTOCOL_VERSION, nonce: this.nonce });
      this.writes.push(encodeFrame({ type: MESSAGE.hello, flags: 0, seq: this.seq, payload }));
      this.timer = setTimeout(() => {
        patience.waited(waitMs);
        ask(Math.min(2 * waitMs, LONGEST_WAIT_MS));
      }, waitMs);
    };
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      ask(FIRST_WAIT_MS);
    });
  }

  /** Takes a GREETING; those of other sessions are ignored. */
  receive(frame: Frame): void {
    const { payload } = frame;
    if (payload.length < FIXED_BYTES || readNonce(payload) !== this.nonce) return;
    const version = payload[0];
    if (version !== PROTOCOL_VERSION) return this.fail(versionMismatch(version));
    const greeting = parseGreeting(payload);
    if (greeting === null) {
      return this.fail(new ToolError('PROTOCOL_VIOLATION', `The greeting ends after ${payload.length} bytes.`));
    }
    if (payloadCapacity(greeting.maxFrameBytes) <= SAMPLE_FIXED_BYTES) return this.fail(noRoom(greeting.maxFrameBytes));
    this.end()?.resolve({ info: deviceInfo(greeting), helloSeq: this.seq });
  }

  fail(error: ToolError): void {
    this.end()?.reject(error);
  }

  private end(): typeof this.settle {
    const settle = this.settle;
    this.settle = null;
    if (this.timer !== null) clearTimeout(this.timer);
    return settle;
  }
}

function readNonce(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(1, true);
}

function versionMismatch(version: number): ToolError {
  return new ToolError(
    'PROTOCOL_VERSION_MISMATCH',
    `The firmware speaks protocol version ${version}, this tool speaks version ${PROTOCOL_VERSION}.`,
    { context: { firmware: version, host: PROTOCOL_VERSION } },
  );
}

/** Inputs would have to be cut into chunks of nothing. */
function noRoom(maxFrameBytes: number): ToolError {
  return new ToolError(
    'PROTOCOL_VIOLATION',
    `The greeting announces frames of at most ${maxFrameBytes} bytes: too short for an input.`,
    { context: { maxFrameBytes } },
  );
}

function deviceInfo(greeting: Greeting): DeviceInfo {
  const { learns, modelDigest, nonce: _nonce, ...rest } = greeting;
  return {
    protocolVersion: rest.protocolVersion,
    firmwareVersion: rest.firmwareVersion,
    boardId: rest.boardId,
    modelName: rest.modelName,
    modelDigest: Buffer.from(modelDigest).toString('hex'),
    maxFrameBytes: rest.maxFrameBytes,
    windowBytes: rest.windowBytes,
    replySlots: rest.replySlots,
    inputBytes: rest.inputBytes,
    outputBytes: rest.outputBytes,
    inputZeroPoint: rest.inputZeroPoint,
    opCount: rest.opCount,
    learns: learns === 1,
    learnStateBytes: rest.learnStateBytes,
    factorLayers: rest.factorLayers,
    ticksPerSecond: rest.ticksPerSecond,
    bootId: rest.bootId,
  };
}
