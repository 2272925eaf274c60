import { judged } from '../../ir/report.js';
import { join } from 'node:path';
import { applyDrift } from '../../dataset/drift.js';
import { elementCount } from '../../ir/tensor.js';
import { renderReport } from '../../report/page.js';
import { samplePictures } from '../../report/pictures.js';
import { provenanceLines } from '../../report/provenance.js';
import type { ReportData } from '../../report/report-data.js';
import { renderSummary } from '../../report/summary.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { built } from './build.js';
import { dataset } from './data.js';
import { learned } from './learn.js';
import { planned } from './plan.js';
import { quantized } from './quantize.js';
import { trained } from './train.js';
import { verified } from './verify.js';

export interface Reported {
  readonly data: ReportData;
  /** Absolute path of report.html. */
  readonly page: string;
}

export interface ReportWords {
  readonly title: string;
  readonly notes: readonly string[];
}

/**
 * Stage `report/<board>`: report.html and summary.txt out of everything the run holds. Written anew every time: it is
 * quick, and it shows measurements that no digest follows.
 */
export async function reported(session: ProjectSession, words: ReportWords): Promise<Reported> {
  const data = await reportData(session, words);
  const { result: train } = await trained(session);
  const { result: verify } = await verified(session);
  const result = await session.bring({
    id: `report/${session.board.id}`,
    version: 1,
    options: words,
    inputs: { train: train.digest, verify: verify.digest },
    seed: null,
    volatileFiles: ['report.html', 'summary.txt'],
    repeatable: false,
    run: async (output) => {
      output.write('report.html', renderReport(data));
      output.write('summary.txt', renderSummary(data, false));
    },
  });
  return { data, page: join(result.dir, 'report.html') };
}

async function reportData(session: ProjectSession, words: ReportWords): Promise<ReportData> {
  const { config, board } = session;
  const { report: train } = await trained(session);
  const { graph, report: quantize } = await quantized(session);
  const { plan } = await planned(session, true);
  const { image } = await built(session);
  const verify = judged((await verified(session)).report);
  const learn = config.learn === null ? null : (await learned(session)).report;
  const samples = await dataset(session);
  const drift = config.learn?.run.drift ?? null;
  return {
    ...words,
    toolVersion: toolVersion(),
    board,
    classNames: graph.classNames,
    layerSizes: [
      elementCount(samples.inputShape),
      ...graph.ops.map((op) => elementCount(graph.tensors[op.output].shape)),
    ],
    trainGrapes: config.train.grapes.mode,
    train,
    quantize,
    plan,
    image,
    verify,
    learnSpec: config.learn?.spec ?? null,
    drift,
    learn,
    pictures:
      drift === null
        ? null
        : samplePictures(samples, (s) => applyDrift(s, samples.inputShape, drift, config.learn?.run.seed ?? 0)),
    provenance: provenanceLines(graph, image),
  };
}
