import { ToolError } from '../../errors/tool-error.js';
import type { LearnConfig } from '../../config/project-config.js';
import type { LearnReport } from '../../ir/report.js';
import { applyDrift } from '../../dataset/drift.js';
import { learnData } from '../../learn/learn-data.js';
import { learnOnDevice } from '../../learn/learn.js';
import type { Stage, StageResult } from '../../runs/stage.js';
import type { ProjectSession } from '../project-session.js';
import { built, type Built } from './build.js';
import { dataInputs, dataset } from './data.js';

import { readJson } from './graph-on-disk.js';
import { onBoard } from './on-board.js';
import { optimized } from './optimize.js';
import { quantized } from './quantize.js';

export interface Learned {
  readonly report: LearnReport;
  readonly result: StageResult;
}

type Measured = Pick<LearnReport, 'instructions' | 'stackHighWaterBytes'>;

/** The project's learn: section, or the error that says it has none. */
export function learnConfig(session: ProjectSession): LearnConfig {
  const { learn, name } = session.config;
  if (learn !== null) return learn;
  throw new ToolError('CONFIG_NO_LEARN', `Project ${name} has no learn: section, so its firmware only infers.`, {
    context: { project: name },
  });
}

/** Stage `learn/<board>`: the device learns a changed world, every step checked. report.json and measured.json. */
export function learned(session: ProjectSession): Promise<Learned> {
  return session.once('learn', async () => {
    const { board, context } = session;
    const { spec, run } = learnConfig(session);
    const model = await quantized(session);
    const firmware = await built(session);
    const stage: Stage = {
      id: `learn/${board.id}`,
      version: 2,
      options: { spec, run },
      inputs: {
        quantize: model.result.digest,
        build: firmware.result.digest,
        ...(await dataInputs(session)),
      },
      seed: run.seed,
      volatileFiles: ['measured.json'],
      repeatable: context.globals.port === null,
      run: async (output) => {
        const data = await dataset(session);
        const stream = learnData(data, run, (samples) => applyDrift(samples, data.inputShape, run.drift, run.seed));
        const { graph } = await optimized(session);
        const report = await onBoard(session, (device) =>
          learnOnDevice(device, graph, spec, stream, {
            board,
            compareEverySteps: run.compareEverySteps,
            progress: context.progress,
            signal: context.signal,
          }),
        );
        const { instructions, stackHighWaterBytes, ...rest } = report;
        const measured: Measured = { instructions, stackHighWaterBytes };
        output.writeJson('report.json', rest);
        output.writeJson('measured.json', measured);
      },
    };
    const result = await session.bring(stage);
    const report = readReport(result.dir);
    if (report.verdict === 'pass' || result.action === 'ran') return { report, result };
    // A failure is worth a second look: nobody wants yesterday's mismatch from a file.
    const again = await session.bring({ ...stage, repeatable: false });
    return { report: readReport(again.dir), result: again };
  });
}

/** How the board learned last, if with this firmware. */
export async function learnedBefore(session: ProjectSession, firmware: Built): Promise<LearnReport | null> {
  const inputs = { quantize: (await quantized(session)).result.digest, build: firmware.result.digest };
  const result = session.run.standing(`learn/${session.board.id}`, inputs);
  return result === null ? null : readReport(result.dir);
}

function readReport(dir: string): LearnReport {
  return {
    ...readJson<Omit<LearnReport, keyof Measured>>(dir, 'report.json'),
    ...readJson<Measured>(dir, 'measured.json'),
  };
}
