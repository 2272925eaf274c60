import { learnError } from '../../learn/learn-error.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { learnConfig, learned } from '../stages/learn.js';
import { quantized } from '../stages/quantize.js';
import { learnFields, learnText, memoryFields } from '../summaries.js';
import { withSteps } from '../with-steps.js';

/** `grapes learn [--steps N] [--force]`; exit 11 when a step differs, with the report still shown. */
export const run: CommandHandler = (context, _args, options) => {
  const session = ProjectSession.open(
    context,
    { target: 'learn', force: options['force'] === true },
    withSteps(options['steps'] as number | undefined),
  );
  return withSession(session, async () => {
    learnConfig(session);
    const { report } = await learned(session);
    const { image } = await built(session);
    const { float, int8 } = (await quantized(session)).report!;
    return {
      fields: {
        ...learnFields(report),
        accuracy: { float: float.accuracy, int8: int8.accuracy },
        memory: memoryFields(image.sizes),
        result: { report },
      },
      text: learnText(report),
      failure: learnError(report),
    };
  });
};
