import { checkBudget } from '../../build/budget.js';
import { shortPath } from '../../config/load.js';
import { verifyError } from '../../verify/verify-error.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { planned } from '../stages/plan.js';
import { reported } from '../stages/report.js';
import { verified } from '../stages/verify.js';
import { memoryFields, memoryText, verifyFields, verifyText } from '../summaries.js';
import { withSamples } from '../with-samples.js';
import { withTraining } from '../with-training.js';

/** `grapes deploy`: all stages up to verify. */
export const run: CommandHandler = (context, _args, options) =>
  withSession(
    ProjectSession.open(context, { target: 'verify', resume: options['resume'] === true }, (config) =>
      withSamples(options)(withTraining(options)(config)),
    ),
    async (session) => {
      const { board, config } = session;
      const { plan, optimize } = await planned(session, true);
      checkBudget(plan, null, config.budget, board);
      const { image } = await built(session);
      context.learned({ memory: memoryFields(image.sizes) });
      checkBudget(plan, image.sizes, config.budget, board);
      const { report } = await verified(session);
      const { page } = await reported(session, { title: config.name, notes: [] });
      return {
        fields: { ...verifyFields(report), memory: memoryFields(image.sizes), result: { report, plan, page } },
        text: `${memoryText(plan, image.sizes, board, optimize)}\n\n${verifyText(report)}\nThe report with its pictures: ${shortPath(page, context.baseDir)}`,
        failure: verifyError(report),
      };
    },
  );
