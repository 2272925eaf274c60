import { ByteBuffer } from 'flatbuffers';
import { invalid } from './errors.js';

/**
 * A flatbuffer whose every read is checked: the runtime trusts its file, and a truncated or hostile one would otherwise
 * give undefined numbers. All of the runtime's own navigation goes through these reads.
 */
export class CheckedBuffer extends ByteBuffer {
  private copied = 0;

  private check(offset: number, bytes: number): void {
    if (!(offset >= 0 && offset + bytes <= this.capacity())) {
      throw invalid(`it points at byte ${offset + bytes} of ${this.capacity()}`);
    }
  }

  override readUint8(offset: number): number {
    this.check(offset, 1);
    return super.readUint8(offset);
  }

  override readInt8(offset: number): number {
    this.check(offset, 1);
    return super.readInt8(offset);
  }

  override readInt16(offset: number): number {
    this.check(offset, 2);
    return super.readInt16(offset);
  }

  override readUint16(offset: number): number {
    this.check(offset, 2);
    return super.readUint16(offset);
  }

  override readInt32(offset: number): number {
    this.check(offset, 4);
    return super.readInt32(offset);
  }

  override readUint32(offset: number): number {
    this.check(offset, 4);
    return super.readUint32(offset);
  }

  override readFloat32(offset: number): number {
    this.check(offset, 4);
    return super.readFloat32(offset);
  }

  override readInt64(offset: number): bigint {
    this.check(offset, 8);
    return super.readInt64(offset);
  }

  override readUint64(offset: number): bigint {
    this.check(offset, 8);
    return super.readUint64(offset);
  }

  /** The bytes themselves, not a copy. */
  slice(offset: number, bytes: number): Uint8Array {
    this.check(offset, bytes);
    return this.bytes().subarray(offset, offset + bytes);
  }

  /**
   * Bytes that the reader makes numbers or text of. Writers store each list once; a file whose tables all name the same
   * one would take its length squared.
   */
  list(offset: number, bytes: number): Uint8Array {
    const list = this.slice(offset, bytes);
    this.copied += bytes;
    if (this.copied > MOST_READS * this.capacity() + 2 ** 20) {
      throw invalid(`its tables name the same lists more than ${MOST_READS} times over`);
    }
    return list;
  }
}

/** How often a file's lists may be read on average. */
const MOST_READS = 8;

/** A table of a flatbuffer: fields by the ids of the schema, absent ones read as their default. */
export class Table {
  constructor(
    private readonly buffer: CheckedBuffer,
    private readonly position: number,
  ) {}

  /** The root table. */
  static root(buffer: CheckedBuffer): Table {
    return new Table(buffer, buffer.readInt32(0));
  }

  /** Where field `id` lies; 0 where it is absent. */
  private place(id: number): number {
    const offset = this.buffer.__offset(this.position, 4 + 2 * id);
    return offset === 0 ? 0 : this.position + offset;
  }

  has(id: number): boolean {
    return this.place(id) !== 0;
  }

  int8(id: number, absent = 0): number {
    const at = this.place(id);
    return at === 0 ? absent : this.buffer.readInt8(at);
  }

  uint8(id: number, absent = 0): number {
    const at = this.place(id);
    return at === 0 ? absent : this.buffer.readUint8(at);
  }

  int32(id: number, absent = 0): number {
    const at = this.place(id);
    return at === 0 ? absent : this.buffer.readInt32(at);
  }

  uint32(id: number, absent = 0): number {
    const at = this.place(id);
    return at === 0 ? absent : this.buffer.readUint32(at);
  }

  float32(id: number, absent = 0): number {
    const at = this.place(id);
    return at === 0 ? absent : this.buffer.readFloat32(at);
  }

  string(id: number): string {
    const at = this.place(id);
    if (at === 0) return '';
    return new TextDecoder().decode(this.buffer.list(this.buffer.__vector(at), this.buffer.__vector_len(at) >>> 0));
  }

  /** A table that this one holds; null where it is absent. */
  table(id: number): Table | null {
    const at = this.place(id);
    return at === 0 ? null : new Table(this.buffer, this.buffer.__indirect(at));
  }

  tables(id: number): Table[] {
    return this.vector(id, 4, (at) => new Table(this.buffer, this.buffer.__indirect(at))) ?? [];
  }

  int32s(id: number): number[] | null {
    return this.vector(id, 4, (at) => this.buffer.readInt32(at));
  }

  float32s(id: number): number[] | null {
    return this.vector(id, 4, (at) => this.buffer.readFloat32(at));
  }

  int64s(id: number): number[] | null {
    return this.vector(id, 8, (at) => Number(this.buffer.readInt64(at)));
  }

  /** A vector of bytes, not copied; null where it is absent. */
  bytes(id: number): Uint8Array | null {
    const at = this.place(id);
    if (at === 0) return null;
    const start = this.buffer.__vector(at);
    return this.buffer.slice(start, this.buffer.__vector_len(at) >>> 0);
  }

  private vector<T>(id: number, elementBytes: number, read: (at: number) => T): T[] | null {
    const at = this.place(id);
    if (at === 0) return null;
    const start = this.buffer.__vector(at);
    const count = this.buffer.__vector_len(at) >>> 0;
    this.buffer.list(start, count * elementBytes); // refuses a length that the file cannot hold before memory is taken
    return Array.from({ length: count }, (_, k) => read(start + k * elementBytes));
  }
}
