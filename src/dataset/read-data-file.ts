import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ToolError } from '../errors/tool-error.js';
import { sha256Hex } from '../util/digest.js';

/** Refuses gzip files that unfold to more than this: such a file is an accident or an attack. */
const MAX_UNPACKED_BYTES = 2 ** 31 - 1;

export interface DataFile {
  /** Unpacked, if the file was gzip (seen by its first bytes, not by its name). */
  readonly bytes: Uint8Array;
  /** SHA-256 (hex) of the file as it stands on disk. */
  readonly digest: string;
}

export function readDataFile(path: string): DataFile {
  const raw = readWhole(path);
  const isGzip = raw.length >= 2 && raw[0] === 0x1f && raw[1] === 0x8b;
  return { bytes: plain(isGzip ? unpack(path, raw) : raw), digest: sha256Hex(raw) };
}

/** The same memory as a Uint8Array: a Buffer's `slice` would share memory where everyone expects a copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    if (errno === 'ENOENT') {
      throw new ToolError('DATASET_FILE_MISSING', `There is no data file ${path}.`, { context: { file: path }, cause });
    }
    const why = errno === 'EISDIR' ? 'it is a folder' : (cause as Error).message;
    throw new ToolError('DATASET_FILE_UNREADABLE', `Could not read ${path}: ${why}.`, {
      context: { file: path, errno },
      cause,
    });
  }
}

function unpack(path: string, raw: Buffer): Buffer {
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (cause) {
    const message = `${path} is a damaged or cut-off gzip file (${String(raw.length)} bytes): ${(cause as Error).message}.`;
    throw new ToolError('DATASET_GZIP_DAMAGED', message, { context: { file: path, bytes: raw.length }, cause });
  }
}
