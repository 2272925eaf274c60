import { shortPath } from '../../config/load.js';
import { renderSummary } from '../../report/summary.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { copyReport, reported } from '../stages/report.js';
import { learnFields, memoryFields, verifyFields } from '../summaries.js';

/** `grapes report [--out FILE]`: one page out of all that is known of the project on this board. */
export const run: CommandHandler = (context, _args, options) =>
  withSession(ProjectSession.open(context, { target: 'report' }), async (session) => {
    const { data, page } = await reported(session, { title: session.config.name, notes: [] });
    const { sizes, verify, learn } = data;
    const out = options['out'] === undefined ? page : copyReport(page, context.resolve(String(options['out'])));
    const checked = verify === null ? {} : verifyFields(verify);
    const taught = learn === null ? {} : learnFields(learn);
    return {
      fields: {
        ...checked,
        ...taught,
        instructions: { ...checked.instructions, ...taught.instructions },
        memory: memoryFields(sizes),
        result: { report: out, verify, learn },
      },
      text: `${renderSummary(data, context.style.isColorSupported)}\nThe page: ${shortPath(out, context.baseDir)}`,
    };
  });
