import { cobsDecode, cobsEncode } from './cobs.js';
import { crc32 } from './crc32.js';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 4;
const CRC_BYTES = 4;

/** The frame as it goes on the wire: 0x00, COBS(header, payload, CRC-32), 0x00. */
export function encodeFrame(frame: Frame): Uint8Array {
  const body = new Uint8Array(HEADER_BYTES + frame.payload.length + CRC_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, frame.type);
  view.setUint8(1, frame.flags);
  view.setUint16(2, frame.seq, true);
  body.set(frame.payload, HEADER_BYTES);
  const covered = body.length - CRC_BYTES;
  view.setUint32(covered, crc32(body.subarray(0, covered)), true);
  const coded = cobsEncode(body);
  const wire = new Uint8Array(coded.length + 2);
  wire.set(coded, 1);
  return wire;
}

/** Payload bytes that surely fit a frame of `maxFrameBytes` on the wire. */
export function payloadCapacity(maxFrameBytes: number): number {
  const coded = maxFrameBytes - 2;
  return coded - Math.ceil(coded / 255) - HEADER_BYTES - CRC_BYTES;
}

function decodeFrame(chunk: Uint8Array): Frame | null {
  const body = cobsDecode(chunk);
  if (body === null || body.length < HEADER_BYTES + CRC_BYTES) return null;
  const covered = body.length - CRC_BYTES;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (view.getUint32(covered, true) !== crc32(body.subarray(0, covered))) return null;
  return {
    type: body[0],
    flags: body[1],
    seq: view.getUint16(2, true),
    payload: body.slice(HEADER_BYTES, covered),
  };
}

export interface FrameListener {
  frame(frame: Frame): void;
  /** A line of ASCII without its end. */
  text(line: string): void;
  /** A chunk that was neither. */
  bad(chunk: Uint8Array): void;
}

const NEWLINE = 10;
/** Longer than any frame that a GREETING can announce: noise without a zero must not fill the memory. */
const MAX_CHUNK_BYTES = 70_000;

const isText = (byte: number): boolean => (byte >= 32 && byte < 127) || (byte >= 7 && byte <= 13) || byte === 27;

/**
 * Cuts the byte stream from a device into frames, lines of text, and what is neither. Message types have their top
 * bit set, so the second byte of a frame on the wire is never ASCII: text is told from a frame by its first two
 * bytes and can be passed on at the end of each line, without waiting for the next zero.
 */
export class StreamDecoder {
  private chunk: number[] = [];

  constructor(private readonly listener: FrameListener) {}

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) this.endChunk();
      else this.add(byte);
    }
  }

  private add(byte: number): void {
    // An empty line and the first byte of a frame look the same until the second byte.
    if (this.chunk.length === 1 && this.chunk[0] === NEWLINE && isText(byte)) this.endText();
    this.chunk.push(byte);
    if (byte === NEWLINE && this.chunk.length > 1 && this.chunk.every(isText)) this.endText();
    else if (this.chunk.length > MAX_CHUNK_BYTES) this.endBad();
  }

  private endChunk(): void {
    if (this.chunk.length === 0) return;
    const chunk = Uint8Array.from(this.chunk);
    const frame = decodeFrame(chunk);
    if (frame === null) return this.chunk.every(isText) ? this.endText() : this.endBad();
    this.chunk = [];
    this.listener.frame(frame);
  }

  private endText(): void {
    const line = String.fromCharCode(...this.chunk).replace(/[\r\n]+$/, '');
    this.chunk = [];
    this.listener.text(line);
  }

  private endBad(): void {
    const chunk = Uint8Array.from(this.chunk);
    this.chunk = [];
    this.listener.bad(chunk);
  }
}
