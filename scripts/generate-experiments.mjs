// Writes the made part of docs/experiments.md from the runs in docs/experiments (`npm run docs:experiments`, after a build).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { documentedRuns, withExperiments } = await import(join(root, 'dist', 'experiment', 'report', 'documents.js'));
const page = join(root, 'docs', 'experiments.md');
writeFileSync(page, withExperiments(readFileSync(page, 'utf8'), documentedRuns(join(root, 'docs', 'experiments'))));
