import { exportTflite } from '../../import/tflite/export-tflite.js';
import type { StageResult } from '../../runs/stage.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { quantized } from './quantize.js';

/** Stage `export/tflite`: the int8 network as NAME.tflite. */
export function exportedTflite(session: ProjectSession): Promise<StageResult> {
  return session.once('export/tflite', async () => {
    const { graph, result } = await quantized(session);
    return session.bring({
      id: 'export/tflite',
      version: 1,
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
