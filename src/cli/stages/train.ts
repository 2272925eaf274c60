import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ToolError } from '../../errors/tool-error.js';
import type { Dataset } from '../../ir/dataset.js';
import type { FloatGraph } from '../../ir/graph.js';
import { planNetwork } from '../../ir/plan-network.js';
import type { TrainReport } from '../../ir/report.js';
import { renderTrainingPage } from '../../report/training-page.js';
import type { StageResult } from '../../runs/stage.js';
import { metricsFiles } from '../../train/metrics/metrics-files.js';
import { checkpointDigest, train } from '../../train/trainer.js';
import { untrainedGraph } from '../../train/untrained-graph.js';
import { writeFileAtomic } from '../../util/atomic-write.js';
import { toolVersion } from '../../util/package-root.js';
import { readModelFile, weightsDigest } from '../model-file.js';
import { watched } from '../output/training-view.js';
import type { ProjectSession } from '../project-session.js';
import { dataInputs, dataset } from './data.js';
import { CHECKPOINT, findResumePoint, LAST_CHECKPOINT } from './resume-point.js';
import { readFloatGraph, readJson, writeGraph } from './graph-on-disk.js';

/** The run as people read it. */
const PAGE = 'training.html';

export interface Trained {
  readonly graph: FloatGraph;
  readonly report: TrainReport;
  /** Absolute path of training.html. */
  readonly page: string;
  readonly result: StageResult;
}

/** Looks at the network before it is trained, with the weights yet to come; throws if the work would be in vain. */
export type CheckBefore = (untrained: FloatGraph) => void;

/** Stage `train`: model.json, model.bin, report.json, the metrics files and training.html. Opens the run, which is named after its inputs. */
export function trained(session: ProjectSession, checkBefore?: CheckBefore): Promise<Trained> {
  return session.once('train', async () => {
    const { config, context } = session;
    if (config.imported !== null) throw notTrained(config.imported);
    const initial = initialWeights(session);
    const inputs = {
      ...(await dataInputs(session)),
      ...(initial === null ? {} : { 'initial-weights': weightsDigest(initial) }),
    };
    // Threads change no bit of the result.
    const { threads: _, ...train_ } = config.train;
    const options = { name: config.name, data: config.data, model: config.model, train: train_ };
    session.openRun({ options, inputs });
    const checkpoint = join(session.run.dir, CHECKPOINT);
    const result = await session.bring({
      id: 'train',
      version: 5,
      options,
      inputs,
      seed: config.seed,
      // Another look of the page is no other network.
      volatileFiles: [PAGE],
      run: async (output) => {
        const data = await dataset(session);
        checkBefore?.(untrainedGraph(data, config.model, config.train));
        const digest = checkpointDigest(data, config.model, config.train, initial ?? undefined);
        const resumeFrom = checkpointToResume(session, checkpoint, digest);
        let last: Uint8Array | null = null;
        const { output: graph, report } = await watched(context, config.name, (watcher) =>
          train(data, config.model, config.train, {
            ...watcher,
            name: config.name,
            signal: context.signal,
            onCheckpoint: (bytes) => {
              last = bytes;
              writeFileAtomic(checkpoint, bytes);
            },
            checkpointPath: `runs/${session.run.id}/${CHECKPOINT}`,
            ...(initial === null ? {} : { initial }),
            ...(resumeFrom === null ? {} : { resumeFrom }),
          }),
        );
        writeGraph(output, graph);
        for (const { path, data } of metricsFiles(report.epochs)) output.write(path, data);
        output.writeJson('report.json', report);
        const checkpointed = last ?? resumeFrom;
        // None after no epoch.
        if (checkpointed !== null) output.write(LAST_CHECKPOINT, checkpointed);
        output.write(PAGE, trainingPage(session, data, graph, report));
      },
    });
    if (result.action === 'ran') rmSync(dirname(checkpoint), { recursive: true, force: true });
    return {
      graph: readFloatGraph(result.dir),
      report: readJson<TrainReport>(result.dir, 'report.json'),
      page: join(result.dir, PAGE),
      result,
    };
  });
}

function trainingPage({ config }: ProjectSession, samples: Dataset, graph: FloatGraph, report: TrainReport): string {
  return renderTrainingPage({
    title: config.name,
    toolVersion: toolVersion(),
    plan: planNetwork(config.model, samples.inputShape),
    options: config.train,
    classNames: graph.classNames,
    report,
  });
}

/** Weights of the file that the model came from, if training is to begin with them. */
function initialWeights({ config: { modelFile }, dir }: ProjectSession): readonly Float32Array[] | null {
  return modelFile?.weights === true ? (readModelFile(join(dir, modelFile.path))?.parameters ?? null) : null;
}

/** With --resume the checkpoint's bytes; without it an old checkpoint is dropped, and the user told. */
function checkpointToResume(
  { context, options, run, config }: ProjectSession,
  own: string,
  digest: string,
): Uint8Array | null {
  const { progress } = context;
  if (options.resume !== true) {
    if (existsSync(own)) progress.note('train: starting over; --resume would have gone on from the checkpoint');
    rmSync(own, { force: true });
    return null;
  }
  const point = findResumePoint(run.dir, digest, config.train.epochs);
  if (point === null) progress.note('train: no checkpoint to resume from; starting at the beginning');
  else if (point.run !== run.id)
    progress.note(`train: going on from ${point.run}, which has the same options but for the epochs`);
  return point?.bytes ?? null;
}

/** An imported network has no float twin, no samples and no classes. */
function notTrained(path: string): ToolError {
  return new ToolError('PROJECT_IMPORTED', `The network of this project comes from ${path} and is not trained here.`, {
    context: { file: path },
  });
}
