import type { ProjectConfig } from '../../config/project-config.js';
import { verifyError } from '../../verify/verify-error.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { verified } from '../stages/verify.js';
import { memoryFields, verifyFields, verifyText } from '../summaries.js';

/** `grapes verify [--samples N|all] [--force]`; exit 11 on a mismatch, with the report still shown. */
export const run: CommandHandler = (context, _args, options) => {
  const samples = options['samples'] as number | 'all' | undefined;
  const adjust = (config: ProjectConfig): ProjectConfig =>
    samples === undefined ? config : { ...config, verify: { samples } };
  const session = ProjectSession.open(context, { target: 'verify', force: options['force'] === true }, adjust);
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
