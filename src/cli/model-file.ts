import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import type { ImportedModel } from '../import/imported-model.js';
import { importLayersModel } from '../import/tfjs/import-layers-model.js';
import { importFloatTflite, isFloatTflite } from '../import/tflite/import-float-tflite.js';
import { sha256Hex } from '../util/digest.js';

/**
 * A layers model with the files beside it, or a float .tflite model. Null: a .tflite file of integers, which is no float
 * network. Throws IMPORT_*.
 */
export function readModelFile(path: string): ImportedModel | null {
  if (path.endsWith('.tflite')) {
    const file = readTfliteFile(path);
    return isFloatTflite(file) ? importFloatTflite(file) : null;
  }
  const weights = (name: string): Buffer => {
    const file = join(dirname(path), name);
    try {
      return readFileSync(file);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      throw new ToolError('IMPORT_INVALID', `${file} could not be read (${reason}).`, { context: { file }, cause });
    }
  };
  return importLayersModel(readModel(path).toString('utf8'), weights);
}

/** SHA-256 of the weights, in the order of the plan. */
export function weightsDigest(parameters: readonly Float32Array[]): string {
  return sha256Hex(Buffer.concat(parameters.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))));
}

/** @throws ToolError IMPORT_FILE_MISSING, IMPORT_FILE_UNREADABLE */
export function readTfliteFile(path: string): Uint8Array {
  return new Uint8Array(readModel(path));
}

function readModel(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const options = { context: { file: path, errno }, cause };
    if (errno === 'ENOENT') throw new ToolError('IMPORT_FILE_MISSING', `There is no file ${path}.`, options);
    const why = errno === 'EISDIR' ? 'is a folder, not a model file' : `could not be read: ${(cause as Error).message}`;
    throw new ToolError('IMPORT_FILE_UNREADABLE', `${path} ${why}.`, options);
  }
}
