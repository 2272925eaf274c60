// Writes docs/errors.md and docs/cli.md from the error catalogue and the command tree (`npm run docs`, after a build).
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { cliPage } = await import(join(root, 'dist', 'cli', 'reference', 'cli-page.js'));
const { errorsPage } = await import(join(root, 'dist', 'cli', 'reference', 'errors-page.js'));
writeFileSync(join(root, 'docs', 'cli.md'), cliPage());
writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
