import { verifyError } from '../../verify/verify-error.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { verified } from '../stages/verify.js';
import { withSamples } from '../with-samples.js';
import { memoryFields, verifyFields, verifyText } from '../summaries.js';

/** `grapes verify [--samples N|all] [--force]`; exit 11 on a mismatch, with the report still shown. */
export const run: CommandHandler = (context, _args, options) => {
  const session = ProjectSession.open(
    context,
    { target: 'verify', force: options['force'] === true },
    withSamples(options),
  );
  return withSession(session, async () => {
    const { report } = await verified(session);
    const { image } = await built(session);
    return {
      fields: { ...verifyFields(report), memory: memoryFields(image.sizes), result: { report } },
      text: verifyText(report),
      failure: verifyError(report),
    };
  });
};
