import { ToolError } from '../errors/tool-error.js';
import type { EpochMetrics } from '../ir/report.js';
import { sha256Hex } from '../util/digest.js';

/** Where a training run stands after a whole epoch: all it needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** `checkpointDigest` of the run: the number of epochs is left out, so that a finished run can be extended. */
  readonly configDigest: string;
  /** Epochs done. */
  readonly epoch: number;
  readonly bestEpoch: number;
  /** Null before the first epoch was watched. */
  readonly bestLoss: number | null;
  readonly metrics: readonly EpochMetrics[];
  /** Parameters, then optimizer state, then the best epoch's parameters, each in the network's order. */
  readonly arrays: readonly Float32Array[];
}

const MAGIC = 'GRAPESCKPT2\n';

/** `GRAPESCKPT2\n`, one line of JSON, the arrays as little-endian float32. The JSON carries the arrays' digest. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { arrays, ...rest } = checkpoint;
  const lengths = arrays.map((a) => a.length);
  const payload = new Uint8Array(4 * lengths.reduce((a, b) => a + b, 0));
  const view = new DataView(payload.buffer);
  let at = 0;
  for (const array of arrays) for (const v of array) view.setFloat32((at += 4) - 4, v, true);
  const header = `${MAGIC}${JSON.stringify({ ...rest, lengths, payloadDigest: sha256Hex(payload) })}\n`;
  return Buffer.concat([Buffer.from(header), payload]);
}

/** What a checkpoint is of. The bytes of its arrays are not looked at. */
export function checkpointHeader(bytes: Uint8Array): Pick<Checkpoint, 'configDigest' | 'epoch'> | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(10, MAGIC.length);
  if (!buffer.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) || end < 0) return null;
  try {
    return JSON.parse(buffer.subarray(MAGIC.length, end).toString('utf8')) as Checkpoint;
  } catch {
    return null;
  }
}

/** Throws TRAIN_CHECKPOINT_INVALID when the bytes are not a whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const invalid = (why: string, cause?: unknown): ToolError =>
    new ToolError('TRAIN_CHECKPOINT_INVALID', `The checkpoint cannot be used: ${why}.`, {
      context: { bytes: bytes.length },
      cause,
    });
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw invalid('it does not begin like one');
  const end = buffer.indexOf(0x0a, MAGIC.length);
  if (end < 0) throw invalid('it is cut off in the header');
  let header: Omit<Checkpoint, 'arrays'> & { lengths: number[]; payloadDigest: string };
  try {
    header = JSON.parse(buffer.subarray(MAGIC.length, end).toString('utf8')) as typeof header;
  } catch (cause) {
    throw invalid('its header is damaged', cause);
  }
  const payload = buffer.subarray(end + 1);
  if (sha256Hex(payload) !== header.payloadDigest) {
    throw invalid(`its ${String(payload.length)} bytes of weights are damaged or cut off`);
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 0;
  const arrays = header.lengths.map((n) =>
    Float32Array.from({ length: n }, () => view.getFloat32((at += 4) - 4, true)),
  );
  const { lengths: _lengths, payloadDigest: _digest, ...rest } = header;
  return { ...rest, arrays };
}
