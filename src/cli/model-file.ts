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
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      throw new ToolError('IMPORT_INVALID', `${file} could not be read (${reason}).`, { context: { file }, cause });
    }
  };
  return importLayersModel(read(path).toString('utf8'), (name) => read(join(dirname(path), name)));
}

/** SHA-256 of the weights, in the order of the plan. */
export function weightsDigest(parameters: readonly Float32Array[]): string {
  return sha256Hex(Buffer.concat(parameters.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))));
}

export function readTfliteFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ToolError('IMPORT_TFLITE_INVALID', `${path} could not be read (${reason}).`, {
      context: { file: path },
      cause,
    });
  }
}
