import { join } from 'node:path';
import { writeFileAtomic } from '../../util/atomic-write.js';
import type { Experiment } from '../experiment.js';
import { summarize } from '../summary.js';
import { curvePlot } from './curve-plot.js';
import { differencePlot } from './difference-plot.js';
import { resultsOf, savedRunText, type SavedRun } from './saved-run.js';

/** NAME.json, and two pictures beside it: what docs/experiments.md is made of and shows. */
export function writeReport(folder: string, experiment: Experiment, run: SavedRun): void {
  writeFileAtomic(join(folder, `${experiment.name}.json`), savedRunText(run));
  writePictures(folder, experiment, run);
}

/** The pictures of a saved run. */
export function writePictures(folder: string, experiment: Experiment, run: SavedRun): void {
  const { name } = experiment;
  const cases = summarize(experiment, resultsOf(run));
  writeFileAtomic(join(folder, `${name}-differences.svg`), differencePlot(experiment, cases));
  writeFileAtomic(join(folder, `${name}-curves.svg`), curvePlot(experiment, cases));
}
