import type { Distribution } from '../../ir/distribution.js';
import { crc32c } from '../../util/crc32c.js';
import { bytesField, doubleField, doublesField, floatField, integerField, message } from './protobuf.js';

/** What one step has to show: numbers and distributions, by their tags. */
export interface EventStep {
  readonly step: number;
  readonly scalars: readonly (readonly [tag: string, value: number])[];
  readonly histograms: readonly (readonly [tag: string, values: Distribution])[];
}

/**
 * A TensorBoard event file: records of Event messages (tensorflow/core/util/event.proto and framework/summary.proto).
 *
 * An event has to carry a time, and the same run has to give the same bytes: its time is its step in seconds, so that
 * TensorBoard's "relative" axis counts epochs.
 */
export function eventFile(steps: readonly EventStep[]): Uint8Array {
  const version = bytesField(3, 'brain.Event:2');
  return Buffer.concat([version, ...steps.map(event)].map(record));
}

/** Event: wall_time = 1, step = 2, summary = 5. */
function event({ step, scalars, histograms }: EventStep): Uint8Array {
  const values = [
    ...scalars.map(([tag, value]) => summaryValue(tag, floatField(2, value))),
    ...histograms.map(([tag, values]) => summaryValue(tag, bytesField(5, histogram(values)))),
  ];
  return message(doubleField(1, step), integerField(2, step), bytesField(5, message(...values)));
}

/** A `value` (1) of Summary: tag = 1, and simple_value = 2 or histo = 5. */
function summaryValue(tag: string, value: Uint8Array): Uint8Array {
  return bytesField(1, message(bytesField(1, tag), value));
}

/**
 * HistogramProto: min = 1, max = 2, num = 3, sum = 4, bucket_limit = 6, bucket = 7. The buckets are the quartiles, a
 * quarter of the values in each; where quartiles coincide their buckets are one.
 */
function histogram({ min, q1, median, q3, max, mean, count }: Distribution): Uint8Array {
  const limits: number[] = [];
  const buckets: number[] = [];
  for (const limit of [q1, median, q3, max]) {
    if (limits.at(-1) === limit) buckets[buckets.length - 1] += count / 4;
    else {
      limits.push(limit);
      buckets.push(count / 4);
    }
  }
  return message(
    doubleField(1, min),
    doubleField(2, max),
    doubleField(3, count),
    doubleField(4, mean * count),
    doublesField(6, limits),
    doublesField(7, buckets),
  );
}

/** TFRecord: length as 64 bits, its masked checksum, the bytes, their masked checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(16 + data.length);
  out.writeBigUInt64LE(BigInt(data.length), 0);
  out.writeUInt32LE(maskedChecksum(out.subarray(0, 8)), 8);
  out.set(data, 12);
  out.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return out;
}

/** A checksum over data that holds checksums is weak; the format rotates it by 15 bits and adds a constant. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
