// Writes the made part of docs/experiments.md, and its pictures, from the runs in docs/experiments (`npm run
// docs:experiments`, after a build).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { documentedRuns, withExperiments, writeAllPictures } = await import(
  join(root, 'dist', 'experiment', 'report', 'documents.js')
);
const folder = join(root, 'docs', 'experiments');
const page = join(root, 'docs', 'experiments.md');
const runs = documentedRuns(folder);
writeAllPictures(folder, runs);
writeFileSync(page, withExperiments(readFileSync(page, 'utf8'), runs));
