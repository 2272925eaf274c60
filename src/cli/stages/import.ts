import { join } from 'node:path';
import { importTflite } from '../../import/tflite/import-tflite.js';
import { sha256Hex } from '../../util/digest.js';
import { toolVersion } from '../../util/package-root.js';
import { readTfliteFile } from '../model-file.js';
import type { ProjectSession } from '../project-session.js';
import { readQuantizedGraph, writeGraph } from './graph-on-disk.js';
import type { Quantized } from './quantize.js';

/** Stage `quantize` of an imported network: the integers of the .tflite file. Opens the run, which is named after them. */
export async function imported(session: ProjectSession, path: string): Promise<Quantized> {
  const { config, dir } = session;
  const file = readTfliteFile(join(dir, path));
  const inputs = { tflite: sha256Hex(file) };
  const options = { name: config.name, rounding: config.quantize.rounding ?? 'tflite' };
  session.openRun({ options, inputs });
  const result = await session.bring({
    id: 'quantize',
    version: 4,
    options,
    inputs,
    seed: null,
    run: async (output) => {
      writeGraph(output, importTflite(file, { ...options, toolVersion: toolVersion() }));
    },
  });
  return { graph: readQuantizedGraph(result.dir), report: null, result };
}
