import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyDrift } from '../../dataset/drift.js';
import { elementCount } from '../../ir/tensor.js';
import { renderReport } from '../../report/page.js';
import { samplePictures } from '../../report/pictures.js';
import { provenanceLines } from '../../report/provenance.js';
import type { ReportData } from '../../report/report-data.js';
import { renderSummary } from '../../report/summary.js';
import { writeFileAtomic } from '../../util/atomic-write.js';
import type { Stage } from '../../runs/stage.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { builtBefore } from './build.js';
import { dataset } from './data.js';
import { learnedBefore } from './learn.js';
import { planned } from './plan.js';
import { quantized } from './quantize.js';
import { trained } from './train.js';
import { verifiedBefore } from './verify.js';

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
 * Stage `report/<board>`: report.html and summary.txt out of everything the run holds for this board. Network and memory are
 * brought up to date for it; what a device said is shown if it is of this very network, and never asked for. Written
 * anew every time: it is quick, and it shows measurements that no digest follows.
 */
export async function reported(session: ProjectSession, words: ReportWords): Promise<Reported> {
  const data = await reportData(session, words);
  const { result: network } = await quantized(session);
  const { result: plan } = await planned(session, true);
  const stage: Stage = {
    id: `report/${session.board.id}`,
    version: 3,
    options: words,
    inputs: { quantize: network.digest, plan: plan.digest },
    seed: null,
    volatileFiles: ['report.html', 'summary.txt'],
    repeatable: false,
    run: async (output) => {
      output.write('report.html', renderReport(data));
      output.write('summary.txt', renderSummary(data, false));
    },
  };
  const result = await session.bring(stage, true);
  return { data, page: join(result.dir, 'report.html') };
}

/** A copy where people look for it. */
export function copyReport(page: string, target: string): string {
  writeFileAtomic(target, readFileSync(page));
  return target;
}

async function reportData(session: ProjectSession, words: ReportWords): Promise<ReportData> {
  const { config, board } = session;
  // First, for it refuses what cannot be quantized before it is trained.
  const { graph, report: quantize } = await quantized(session);
  const float = config.imported === null ? await trained(session) : null;
  const { plan, optimize, sizes } = await planned(session, true);
  const firmware = await builtBefore(session);
  const verify = firmware === null ? null : await verifiedBefore(session, firmware);
  const learn = firmware === null ? null : await learnedBefore(session, firmware);
  const drift = learn === null ? null : (config.learn?.run.drift ?? null);
  return {
    ...words,
    toolVersion: toolVersion(),
    board,
    classNames: graph.classNames,
    layerSizes: [graph.input, ...graph.ops.map((op) => op.output)].map((id) => elementCount(graph.tensors[id].shape)),
    trainGrapes: config.train.grapes.mode,
    train: float?.report ?? null,
    quantize,
    network: { ops: graph.ops.length, rounding: graph.rounding ?? 'tflite' },
    optimize,
    plan,
    sizes: firmware?.image.sizes ?? sizes,
    verify,
    learnSpec: config.learn?.spec ?? null,
    drift,
    learn,
    pictures: drift === null ? null : await pictures(session, drift),
    provenance: provenanceLines(graph, firmware?.image ?? null, config.imported === null ? null : config.seed),
  };
}

async function pictures(
  session: ProjectSession,
  drift: NonNullable<ReportData['drift']>,
): Promise<ReportData['pictures']> {
  const samples = await dataset(session);
  return samplePictures(samples, (s) => applyDrift(s, samples.inputShape, drift, session.config.learn?.run.seed ?? 0));
}
