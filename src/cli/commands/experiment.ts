import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EXPERIMENTS, findExperiment } from '../../experiment/definitions/all.js';
import { prepareData } from '../../experiment/prepare-data.js';
import { tablesText } from '../../experiment/report/tables.js';
import { saveRun } from '../../experiment/report/saved-run.js';
import { writeReport } from '../../experiment/report/write-report.js';
import { ResultsFile } from '../../experiment/results-file.js';
import { runExperiment } from '../../experiment/run-experiment.js';
import { scaled } from '../../experiment/scale.js';
import { summarize } from '../../experiment/summary.js';
import type { CommandContext, CommandHandler, CommandResult } from '../command.js';
import { table } from '../output/text.js';
import { cacheDir } from '../project-session.js';

/** `grapes experiment NAME`, or `list`: results in runs/experiments/NAME of the folder one stands in, or of -C. */
export const run: CommandHandler = (context, [name], options) =>
  name === 'list' ? Promise.resolve(list()) : runOne(context, name, options);

function list(): CommandResult {
  const experiments = EXPERIMENTS.map(({ name: id, title, question, seeds, cases, arms }) => ({
    name: id,
    title,
    question,
    seeds,
    cases: cases.map(({ label }) => label),
    arms: arms.map(({ label }) => label),
  }));
  return {
    fields: { result: { experiments } },
    text: table([['name', 'what'], ...experiments.map((e) => [e.name, e.title])]),
  };
}

async function runOne(
  context: CommandContext,
  name: string,
  options: Readonly<Record<string, unknown>>,
): Promise<CommandResult> {
  const quick = options['quick'] === true;
  const experiment = scaled(findExperiment(name), { seeds: (options['seeds'] as number | undefined) ?? null, quick });
  const from = options['from'] as string | undefined;
  const data = prepareData(experiment.data, {
    from: from === undefined ? null : context.resolve(from),
    cacheDir: cacheDir(context.io.env),
  });
  if (data.standIn) {
    context.progress.note(
      `${experiment.data.set} is not at hand: digits drawn by the tool stand in. For the real ones run \`grapes data get ${experiment.data.set}\` or give --from.`,
    );
  }
  const folder = join(context.resolve(context.globals.project ?? '.'), 'runs', 'experiments', name);
  const file = ResultsFile.open(join(folder, quick ? 'quick.jsonl' : 'results.jsonl'));
  const { results, ran } = await runExperiment(experiment, data, file, {
    workers: (options['workers'] as number | undefined) ?? Math.max(1, availableParallelism() - 1),
    progress: context.progress,
    signal: context.signal,
  });
  const cases = summarize(experiment, results);
  const facts = { data: data.dataset.name, dataDigest: data.digest, standIn: data.standIn, quick };
  const written = options['write'] as string | undefined;
  if (written !== undefined) {
    writeReport(context.resolve(written), experiment, saveRun(experiment, facts, results));
  }
  return {
    fields: { result: { experiment: name, ...facts, results: file.path, jobs: results.length, ran, cases } },
    text: tablesText(experiment, facts, cases),
  };
}
