import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXPERIMENTS, findExperiment } from '../../src/experiment/definitions/all.js';
import type { createJob } from '../../src/experiment/job.js';
import { measuringJobs, tuningJobs, type JobResult } from '../../src/experiment/job.js';
import { curvePlot } from '../../src/experiment/report/curve-plot.js';
import { differencePlot } from '../../src/experiment/report/difference-plot.js';
import { documentedRuns, withExperiments } from '../../src/experiment/report/documents.js';
import { resultsOf, savedRunText, saveRun, type SavedRun } from '../../src/experiment/report/saved-run.js';
import { experimentsPage } from '../../src/experiment/report/section.js';
import { differenceText } from '../../src/experiment/report/tables.js';
import { scaled } from '../../src/experiment/scale.js';
import { summarize } from '../../src/experiment/summary.js';
import { packageRoot } from '../../src/util/package-root.js';
import { cli } from '../cli/in-process.js';
import { schemaErrors } from '../cli/schemas.js';

const docs = join(packageRoot(), 'docs');
const saved = join(docs, 'experiments');

void t.test('docs/experiments.md and its pictures are what the saved runs make', (t) => {
  const page = readFileSync(join(docs, 'experiments.md'), 'utf8');
  const runs = documentedRuns(saved);
  t.ok(withExperiments(page, runs) === page, 'fresh: otherwise `npm run build && npm run docs`');
  for (const { run, notes } of runs) {
    const { experiment: name, facts, seeds } = run;
    const experiment = scaled(findExperiment(name), { seeds, quick: facts.quick });
    const cases = summarize(experiment, resultsOf(run));
    const picture = (kind: string): string => readFileSync(join(saved, `${name}-${kind}.svg`), 'utf8');
    t.ok(picture('differences') === differencePlot(experiment, cases), `${name}: differences`);
    t.ok(picture('curves') === curvePlot(experiment, cases), `${name}: curves`);
    t.ok(notes.length > 100, `${name}: says what came out`);
    t.ok(!facts.quick && !facts.standIn && seeds >= 5, `${name}: a whole run on real data`);
    // A definition that changed since has other jobs: its saved run is then not what the command would do.
    const keys = new Set(run.groups.flatMap((group) => group.keys));
    const wanted = tuningJobs(experiment, facts.dataDigest);
    const rateOf = (c: string, a: string): number =>
      cases.find(({ id }) => id === c)!.tuned.find(({ arm }) => arm === a)!.rate;
    wanted.push(...measuringJobs(experiment, facts.dataDigest, rateOf));
    t.same(
      wanted.filter(({ key }) => !keys.has(key)).map(({ key }) => key),
      [],
      `${name}: the saved jobs are the defined ones`,
    );
    t.equal(keys.size, wanted.length, `${name}: and no others`);
  }
  t.end();
});

/** Results as if every run of plain ended at 0.8, and the others above it by their place in the list. */
function madeUp(name: string): SavedRun {
  const experiment = scaled(findExperiment(name), { quick: true, seeds: 2 });
  const fake = (job: ReturnType<typeof createJob>): JobResult => {
    const place = experiment.arms.findIndex(({ id }) => id === job.arm.id);
    const accuracy = 0.8 + 0.01 * place + 0.001 * (job.seed % 2) * place;
    const { key, phase, rate, seed } = job;
    const base = { key, case: job.case.id, arm: job.arm.id, phase, rate, seed, diverged: place === 2 };
    return { ...base, measures: { accuracy, area: 0.5, epochsToGoal: 1 }, curve: [0.1, 0.5, accuracy] };
  };
  const firstRate = (c: string): number => experiment.cases.find(({ id }) => id === c)!.rates[0];
  const jobs = [...tuningJobs(experiment, 'x'), ...measuringJobs(experiment, 'x', firstRate)];
  return saveRun(experiment, { data: 'drawn', dataDigest: 'x', standIn: true, quick: true }, jobs.map(fake));
}

void t.test('a saved run keeps what tables and pictures need', (t) => {
  const run = madeUp('mnist');
  t.same(JSON.parse(savedRunText(run)), run);
  const page = experimentsPage([{ run, notes: 'Nothing came out.' }]);
  t.match(page, /Run on digits drawn by the tool/);
  t.match(page, /A quick run/);
  t.match(page, 'Nothing came out.');
  t.match(page, /\| GRAPES \| 0\.1 \| 81\.05 ± 0\.07 \|.*\*\*\+1\.05 \[\+0\.41, \+1\.69\]\*\*/);
  t.match(page, /layer mean \(2 of 2 diverged\)/);
  t.match(page, /At the edge of the grid: plain, GRAPES/);
  t.notMatch(page, /undefined|NaN/);
  t.equal(
    differenceText({ n: 5, mean: -0.01, deviation: 0.01, low: -0.03, high: 0.01, p: 0.3 }),
    '−1.00 [−3.00, +1.00]',
  );
  t.end();
});

void t.test('the command', async (t) => {
  const cwd = t.testdir();
  const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
  const run = async (...argv: string[]): ReturnType<typeof cli> => {
    const result = await cli(['experiment', ...argv, '--json'], { cwd, env });
    t.same(schemaErrors(result.json), [], argv.join(' '));
    return result;
  };
  const list = await run('list');
  t.equal((list.json.result as { experiments: unknown[] }).experiments.length, EXPERIMENTS.length);
  const quick = await run('narrow', '--quick', '--workers', '1', '--write', 'out');
  t.match(quick.json, { ok: true, result: { standIn: true, quick: true, cases: { length: 4 } } }, quick.stderr);
  t.match(quick.stderr, /stand in/);
  const again = await run('narrow', '--quick', '--workers', '1', '--seeds', '3');
  const { ran } = again.json.result as { ran: number };
  t.equal(ran, 4 * 5, 'one more seed of each rule in each case');
  t.match(readFileSync(join(cwd, 'out', 'narrow-curves.svg'), 'utf8'), /xmlns[\s\S]*GRAPES local/);
  t.equal((await run('narow')).exitCode, 2);
  t.equal((await run('mnist', '--from', 'nowhere')).json.error?.code, 'DATASET_NOT_DOWNLOADED');
  const text = await cli(['experiment', 'narrow', '--quick', '--workers', '1'], { cwd, env });
  t.match(text.stdout, /Run on digits drawn by the tool[\s\S]*196-4-4-10[\s\S]*minus layer mean/);
});
