import { join } from 'node:path';
import { writeFileAtomic } from '../../util/atomic-write.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { exported } from '../stages/export.js';

/** `grapes export [--out DIR] [--force]` */
export const run: CommandHandler = (context, _args, options) =>
  withSession(ProjectSession.open(context, { target: 'export', force: options['force'] === true }), async (session) => {
    const { sources, dir, result } = await exported(session);
    const out = options['out'] === undefined ? null : context.resolve(String(options['out']));
    if (out !== null) for (const { path, text } of sources.files) writeFileAtomic(join(out, path), text);
    const where = out ?? dir;
    const files = sources.files.map((file) => file.path);
    return {
      fields: { result: { dir: where, files, modelDigest: sources.modelDigest, learns: sources.learns } },
      text: `${session.run.id}: export ${result.action === 'ran' ? 'done' : 'is up to date'}: ${files.length} files in ${where}\n${files.map((f) => `  ${f}`).join('\n')}`,
    };
  });
