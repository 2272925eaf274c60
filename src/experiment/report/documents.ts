import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPERIMENTS, findExperiment } from '../definitions/all.js';
import type { Experiment } from '../experiment.js';
import { scaled } from '../scale.js';
import type { SavedRun } from './saved-run.js';
import { writePictures } from './write-report.js';
import { experimentsPage, type DocumentedRun } from './section.js';

const BEGIN = '<!-- made by `npm run docs:experiments` from docs/experiments; do not edit below -->';
const END = '<!-- end of what is made -->';

/** The runs saved in a folder: NAME.json, and NAME.md with what is to be said about it. */
export function documentedRuns(folder: string): DocumentedRun[] {
  const names = EXPERIMENTS.map(({ name }) => name).filter((name) => readdirSync(folder).includes(`${name}.json`));
  return names.map((name) => {
    const notes = join(folder, `${name}.md`);
    return {
      run: JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as SavedRun,
      notes: existsSync(notes) ? readFileSync(notes, 'utf8') : '',
    };
  });
}

/** docs/experiments.md with its made part made anew; the rest of the page stays. */
export function withExperiments(page: string, documented: readonly DocumentedRun[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end === -1) throw new Error('docs/experiments.md has lost its marks');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${experimentsPage(documented)}\n\n${page.slice(end)}`;
}

/** The pictures of all saved runs made anew, in their folder. */
export function writeAllPictures(folder: string, documented: readonly DocumentedRun[]): void {
  for (const { run } of documented) writePictures(folder, definitionOf(run), run);
}

/** The experiment at the size at which it was run. */
export function definitionOf({ experiment, facts, seeds }: SavedRun): Experiment {
  return scaled(findExperiment(experiment), { seeds, quick: facts.quick });
}
