import { bytesOf, type Integers } from '../ir/tensor.js';
import { payloadCapacity } from './protocol/framing.js';
import { FLAG, MESSAGE, SAMPLE_FIXED_BYTES, writeSample } from './protocol/messages.js';
import { zeroRunEncode } from './protocol/zero-run.js';
import type { Request } from './request-engine.js';

export interface SampleFormat {
  readonly maxFrameBytes: number;
  readonly zeroPoint: number;
}

/** The chunks that carry one input: zero-run coded where that is shorter; the last one is answered. */
export function sampleRequests(op: number, label: number, values: Integers, format: SampleFormat): Request[] {
  const input = bytesOf(values);
  const capacity = payloadCapacity(format.maxFrameBytes) - SAMPLE_FIXED_BYTES;
  const requests: Request[] = [];
  let offset = 0;
  do {
    const { data, coded, count } = nextChunk(input.subarray(offset), capacity, format.zeroPoint);
    const last = offset + count === input.length;
    requests.push({
      type: MESSAGE.sample,
      flags: (last ? FLAG.last : 0) | (coded ? FLAG.coded : 0),
      payload: writeSample({ op, label, offset, data }),
      answered: last,
      reads: false,
    });
    offset += count;
  } while (offset < input.length);
  return requests;
}

interface Chunk {
  readonly data: Uint8Array;
  readonly coded: boolean;
  readonly count: number;
}

/** As much of `rest` as fits: coding may let several times the capacity through. */
function nextChunk(rest: Int8Array, capacity: number, zeroPoint: number): Chunk {
  for (let count = Math.min(rest.length, 8 * capacity); count > capacity; count = Math.ceil(count / 2)) {
    const data = zeroRunEncode(rest.subarray(0, count), zeroPoint);
    if (data.length <= capacity) return { data, coded: true, count };
  }
  const raw = rest.subarray(0, capacity);
  const data = zeroRunEncode(raw, zeroPoint);
  if (data.length < raw.length) return { data, coded: true, count: raw.length };
  return { data: new Uint8Array(raw.buffer, raw.byteOffset, raw.length), coded: false, count: raw.length };
}
