import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseProject, PROJECT_FILE, shortPath } from '../../config/load.js';
import { ToolError } from '../../errors/tool-error.js';
import { writeFileAtomic } from '../../util/atomic-write.js';
import { didYouMean } from '../../util/did-you-mean.js';
import { packageRoot } from '../../util/package-root.js';
import type { CommandHandler } from '../command.js';
import { TEMPLATES } from '../templates.js';

const SCHEMA_COPY = '.grapes/grapes.schema.json';
const IGNORED = ['runs/', '*.local.yaml'];

/** `grapes init [--template digits|mnist|mlp|cnn] [--name NAME]` */
export const run: CommandHandler = async (context, _args, options) => {
  const dir = context.resolve(context.globals.project ?? '.');
  const name = (options['template'] as string | undefined) ?? 'digits';
  const template = templateNamed(name);
  const project = template({
    name: (options['name'] as string | undefined) ?? nameFrom(basename(dir)),
    board: context.globals.board ?? 'host',
    seed: context.globals.seed ?? 1,
    schemaPath: `./${SCHEMA_COPY}`,
  });
  // Refuses a --name that is no C identifier before anything is written.
  parseProject(project, PROJECT_FILE);

  const target = join(dir, PROJECT_FILE);
  if (existsSync(target) && !context.globals.yes) {
    throw new ToolError('INIT_EXISTS', `${shortPath(target, context.baseDir)} is there already.`, {
      context: { file: shortPath(target, context.baseDir) },
    });
  }
  const files: [path: string, text: string][] = [
    [PROJECT_FILE, project],
    [SCHEMA_COPY, readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')],
    ['.gitignore', withIgnored(join(dir, '.gitignore'))],
  ];
  for (const [path, text] of files) writeFileAtomic(join(dir, path), text);

  const at = shortPath(dir, context.baseDir);
  // Not all layers of `cnn` run on a device.
  const verb = name === 'cnn' ? 'evaluate' : 'deploy';
  const next = at === '.' ? `grapes ${verb}` : `grapes ${verb} -C ${at}`;
  const written = files.map(([path]) => path);
  return {
    fields: { result: { dir, files: written, next } },
    text: `Wrote ${written.join(', ')} in ${at}.\nNext: ${context.style.bold(next)} (${verb === 'deploy' ? 'trains, quantizes, exports, builds and verifies' : 'trains and measures'})`,
  };
};

function templateNamed(name: string): (typeof TEMPLATES)[string] {
  const known = Object.keys(TEMPLATES);
  const template = TEMPLATES[name];
  if (template !== undefined) return template;
  const near = didYouMean(name, known);
  const message = `There is no template "${name}"${near === null ? '' : ` (did you mean "${near}"?)`}. Known: ${known.join(', ')}.`;
  throw new ToolError('USAGE', message, { context: { template: name, known } });
}

/** A folder's name as a C identifier; `model` where nothing is left of it. */
function nameFrom(folder: string): string {
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
