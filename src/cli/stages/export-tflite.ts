import { exportTflite } from '../../import/tflite/export-tflite.js';
import { exportFloatTflite } from '../../import/tflite/export-float-tflite.js';
import type { StageResult } from '../../runs/stage.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { quantized } from './quantize.js';
import { trained } from './train.js';

/** Stage `export/tflite`: the int8 network as NAME.tflite. */
export function exportedTflite(session: ProjectSession): Promise<StageResult> {
  return session.once('export/tflite', async () => {
    const { graph, result } = await quantized(session);
    return session.bring({
      id: 'export/tflite',
      version: 2,
      options: {},
      inputs: { quantize: result.digest },
      seed: null,
      run: (output) => {
        output.write(`${graph.name}.tflite`, exportTflite(graph, `grapes-mcu ${toolVersion()}`));
        return Promise.resolve();
      },
    });
  });
}

/** Stage `export/tflite-float`: the trained float network as NAME_float32.tflite. */
export function exportedFloatTflite(session: ProjectSession): Promise<StageResult> {
  return session.once('export/tflite-float', async () => {
    const { graph, result } = await trained(session);
    return session.bring({
      id: 'export/tflite-float',
      version: 1,
      options: {},
      inputs: { train: result.digest },
      seed: null,
      run: (output) => {
        output.write(floatTfliteName(graph.name), exportFloatTflite(graph, `grapes-mcu ${toolVersion()}`));
        return Promise.resolve();
      },
    });
  });
}

export function floatTfliteName(model: string): string {
  return `${model}_float32.tflite`;
}
