import { wholeTensors } from '../../ir/memory-plan.js';
import type { VerifyReport } from '../../ir/report.js';
import type { Stage, StageResult } from '../../runs/stage.js';
import { seededSamples } from '../../verify/seeded-samples.js';
import { verify } from '../../verify/verify.js';
import type { ProjectSession } from '../project-session.js';
import { built, type Built } from './build.js';
import { dataInputs, dataset } from './data.js';
import { exported } from './export.js';
import { readJson } from './graph-on-disk.js';
import { onBoard } from './on-board.js';
import { optimized } from './optimize.js';
import { quantized } from './quantize.js';
import { trained } from './train.js';

export interface Verified {
  readonly report: VerifyReport;
  readonly result: StageResult;
}

/** What depends on the moment and not on the inputs: kept beside the report, outside its digest. */
type Measured = Pick<VerifyReport, 'instructions' | 'stackHighWaterBytes' | 'link'>;

/** Stage `verify/<board>`: report.json and measured.json. A real port is asked again every time. */
export function verified(session: ProjectSession): Promise<Verified> {
  return session.once('verify', async () => {
    const { config, board, context } = session;
    // First, for it refuses what cannot be quantized or cannot fit before it is trained.
    const model = await quantized(session);
    const float = config.imported === null ? await trained(session) : null;
    const firmware = await built(session);
    const stage: Stage = {
      id: `verify/${board.id}`,
      version: 2,
      options: config.verify,
      inputs: {
        ...(float === null ? {} : { train: float.result.digest }),
        quantize: model.result.digest,
        build: firmware.result.digest,
        ...(await dataInputs(session)),
      },
      seed: null,
      volatileFiles: ['measured.json'],
      repeatable: context.globals.port === null,
      run: async (output) => {
        const test =
          float === null
            ? seededSamples(model.graph, countOf(config.verify.samples), config.seed)
            : (await dataset(session)).test;
        const { graph: deployed } = await optimized(session);
        const { plan } = (await exported(session)).sources;
        const whole = new Set(wholeTensors(plan).map((x) => x.tensorId));
        const streamed = new Set(deployed.ops.map((op) => op.output).filter((id) => !whole.has(id)));
        const report = await onBoard(session, (device) =>
          verify(device, model.graph, test, {
            board,
            deployed,
            streamed,
            samples: config.verify.samples,
            float: float?.graph ?? null,
            progress: context.progress,
            signal: context.signal,
            now: context.io.now,
          }),
        );
        const { instructions, stackHighWaterBytes, link, ...rest } = report;
        const measured: Measured = { instructions, stackHighWaterBytes, link };
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

/** What the board said last, if it ran this firmware: the report may be of more or fewer samples than the project asks for. */
export async function verifiedBefore(session: ProjectSession, firmware: Built): Promise<VerifyReport | null> {
  const inputs = { quantize: (await quantized(session)).result.digest, build: firmware.result.digest };
  const result = session.run.standing(`verify/${session.board.id}`, inputs);
  return result === null ? null : readReport(result.dir);
}

/** `all` of infinitely many. */
function countOf(samples: number | 'all'): number {
  return samples === 'all' ? 200 : samples;
}

function readReport(dir: string): VerifyReport {
  return {
    ...readJson<Omit<VerifyReport, keyof Measured>>(dir, 'report.json'),
    ...readJson<Measured>(dir, 'measured.json'),
  };
}
