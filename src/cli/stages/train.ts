import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FloatGraph } from '../../ir/graph.js';
import type { TrainReport } from '../../ir/report.js';
import type { StageResult } from '../../runs/stage.js';
import { metricsFiles } from '../../train/metrics/metrics-files.js';
import { train } from '../../train/trainer.js';
import { writeFileAtomic } from '../../util/atomic-write.js';
import { readModelFile, weightsDigest } from '../model-file.js';
import type { ProjectSession } from '../project-session.js';
import { dataInputs, dataset } from './data.js';
import { readFloatGraph, readJson, writeGraph } from './graph-on-disk.js';

export interface Trained {
  readonly graph: FloatGraph;
  readonly report: TrainReport;
  readonly result: StageResult;
}

/** Stage `train`: model.json, model.bin, report.json and the metrics files. Opens the run, which is named after its inputs. */
export function trained(session: ProjectSession): Promise<Trained> {
  return session.once('train', async () => {
    const { config, context } = session;
    const initial = initialWeights(session);
    const inputs = {
      ...(await dataInputs(session)),
      ...(initial === null ? {} : { 'initial-weights': weightsDigest(initial) }),
    };
    // Threads change no bit of the result.
    const { threads: _, ...train_ } = config.train;
    const options = { name: config.name, data: config.data, model: config.model, train: train_ };
    session.openRun({ options, inputs });
    const checkpointDir = join(session.run.dir, 'checkpoint');
    const checkpoint = join(checkpointDir, 'train.bin');
    const result = await session.bring({
      id: 'train',
      version: 3,
      options,
      inputs,
      seed: config.seed,
      run: async (output) => {
        const resumeFrom = checkpointToResume(session, checkpoint);
        const { output: graph, report } = await train(await dataset(session), config.model, config.train, {
          name: config.name,
          progress: context.progress,
          signal: context.signal,
          onCheckpoint: (bytes) => writeFileAtomic(checkpoint, bytes),
          ...(initial === null ? {} : { initial }),
          ...(resumeFrom === null ? {} : { resumeFrom }),
        });
        writeGraph(output, graph);
        for (const { path, data } of metricsFiles(report.epochs)) output.write(path, data);
        output.writeJson('report.json', report);
      },
    });
    if (result.action === 'ran') rmSync(checkpointDir, { recursive: true, force: true });
    return { graph: readFloatGraph(result.dir), report: readJson<TrainReport>(result.dir, 'report.json'), result };
  });
}

/** Weights of the file that the model came from, if training is to begin with them. */
function initialWeights({ config: { modelFile }, dir }: ProjectSession): readonly Float32Array[] | null {
  return modelFile?.weights === true ? readModelFile(join(dir, modelFile.path)).parameters : null;
}

/** With --resume the checkpoint's bytes; without it an old checkpoint is dropped, and the user told. */
function checkpointToResume(session: ProjectSession, checkpoint: string): Uint8Array | null {
  const { progress } = session.context;
  if (!existsSync(checkpoint)) {
    if (session.options.resume === true)
      progress.note('train: no checkpoint to resume from; starting at the beginning');
    return null;
  }
  if (session.options.resume === true) return readFileSync(checkpoint);
  progress.note('train: starting over; --resume would have gone on from the checkpoint');
  rmSync(checkpoint, { force: true });
  return null;
}
