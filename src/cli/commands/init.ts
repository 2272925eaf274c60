import { basename } from 'node:path';
import { parseProject, PROJECT_FILE, shortPath } from '../../config/load.js';
import { ToolError } from '../../errors/tool-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { CommandHandler } from '../command.js';
import { modelNameFrom, SCHEMA_COPY, writeProject } from '../project-files.js';
import { TEMPLATES } from '../templates.js';

/** `grapes init [--template digits|mnist|mlp|cnn] [--name NAME]` */
export const run: CommandHandler = async (context, _args, options) => {
  const dir = context.resolve(context.globals.project ?? '.');
  const name = (options['template'] as string | undefined) ?? 'digits';
  const template = templateNamed(name);
  const head = {
    name: (options['name'] as string | undefined) ?? modelNameFrom(basename(dir)),
    board: context.globals.board ?? 'host',
  };
  const project = template({ ...head, seed: context.globals.seed ?? 1, schemaPath: `./${SCHEMA_COPY}` });
  // Refuses a --name that is no C identifier before anything is written.
  parseProject(project, PROJECT_FILE);
  context.learned({ project: head.name, board: head.board });

  const written = writeProject(context, dir, project);
  const at = shortPath(dir, context.baseDir);
  // Not all layers of `cnn` run on a device.
  const verb = name === 'cnn' ? 'evaluate' : 'deploy';
  const next = at === '.' ? `grapes ${verb}` : `grapes ${verb} -C ${at}`;
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
