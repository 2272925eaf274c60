import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FILE, shortPath } from '../config/load.js';
import { ToolError } from '../errors/tool-error.js';
import { writeFileAtomic } from '../util/atomic-write.js';
import { packageRoot } from '../util/package-root.js';
import type { CommandContext } from './command.js';

/** Where editors find the schema of grapes.yaml. */
export const SCHEMA_COPY = '.grapes/grapes.schema.json';
const IGNORED = ['runs/', '*.local.yaml'];

/**
 * Writes grapes.yaml, its schema, .gitignore and `others` (relative path, content). An existing project is kept unless
 * --yes is given: INIT_EXISTS, which names the command's `folderOption`. Gives the paths.
 */
export function writeProject(
  context: CommandContext,
  dir: string,
  project: string,
  others: readonly (readonly [path: string, content: Uint8Array])[] = [],
  folderOption = '-C',
): string[] {
  const target = join(dir, PROJECT_FILE);
  if (existsSync(target) && !context.globals.yes) {
    throw new ToolError('INIT_EXISTS', `${shortPath(target, context.baseDir)} is there already.`, {
      hint: `Choose another folder with ${folderOption} DIR, or add --yes to overwrite it.`,
      context: { file: shortPath(target, context.baseDir) },
    });
  }
  const files: (readonly [path: string, content: string | Uint8Array])[] = [
    ...others,
    [PROJECT_FILE, project],
    [SCHEMA_COPY, readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')],
    ['.gitignore', withIgnored(join(dir, '.gitignore'))],
  ];
  for (const [path, content] of files) writeFileAtomic(join(dir, path), content);
  return files.map(([path]) => path);
}

/** A folder's name as a C identifier; `model` where nothing is left of it. */
export function modelNameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 32);
  return name === '' ? 'model' : name;
}

/** The existing .gitignore, kept, with our lines added where they are missing. */
function withIgnored(path: string): string {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = before.split(/\r?\n/);
  const missing = IGNORED.filter((line) => !lines.includes(line));
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  return before + separator + missing.map((line) => `${line}\n`).join('');
}
