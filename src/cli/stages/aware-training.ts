import type { FloatGraph } from '../../ir/graph.js';
import type { TrainReport } from '../../ir/report.js';
import { withFakeQuantizeSteps } from '../../quantize/aware-training.js';
import type { StageResult } from '../../runs/stage.js';
import { train } from '../../train/trainer.js';
import { paced } from '../../util/steps.js';
import { watched } from '../output/training-view.js';
import type { ProjectSession } from '../project-session.js';
import { dataInputs, dataset } from './data.js';
import { readFloatGraph, writeGraph } from './graph-on-disk.js';
import type { Trained } from './train.js';

/**
 * Stage `aware-training`: the trained network trained on with the rounding of int8 in it (model.json, model.bin,
 * report.json). Options are those of `train`, but for epochs and learning rate.
 */
export function awareTrained(
  session: ProjectSession,
  from: Trained,
): Promise<{ readonly graph: FloatGraph; readonly result: StageResult }> {
  return session.once('aware-training', async () => {
    const { config, context } = session;
    const { threads: _, ...train_ } = config.train;
    const result = await session.bring({
      id: 'aware-training',
      version: 1,
      options: { quantize: config.quantize, train: train_ },
      inputs: { train: from.result.digest, ...(await dataInputs(session)) },
      seed: config.seed,
      run: async (output) => {
        const data = await dataset(session);
        const { epochs, learningRate } = config.quantize.awareTraining!;
        context.progress.note(`quantize: training ${epochs} epochs with the rounding of int8`);
        const calibrated = withFakeQuantizeSteps(from.graph, data.train, config.quantize);
        const { model, initial } = await paced('quantize', calibrated, context);
        const options = { ...config.train, epochs, optimizer: { ...config.train.optimizer, learningRate } };
        const { output: graph, report } = await watched(context, `${config.name}, int8`, (watcher) =>
          train(data, model, options, { ...watcher, name: config.name, signal: context.signal, initial }),
        );
        writeGraph(output, graph);
        output.writeJson('report.json', report satisfies TrainReport);
      },
    });
    return { graph: readFloatGraph(result.dir), result };
  });
}
