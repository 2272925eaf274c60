import { shortPath } from '../../config/load.js';
import type { CommandHandler } from '../command.js';
import { percent, table, thousands } from '../output/text.js';
import { ProjectSession, withSession } from '../project-session.js';
import { aucRow } from '../summaries.js';
import { trained } from '../stages/train.js';
import { withTraining } from '../with-training.js';

/** `grapes train [--engine E] [--threads N] [--fast] [--resume] [--force]` */
export const run: CommandHandler = (context, _args, options) =>
  withSession(
    ProjectSession.open(
      context,
      { target: 'train', force: options['force'] === true, resume: options['resume'] === true },
      withTraining(options),
    ),
    async (session) => {
      const { report, page, result } = await trained(session);
      const last = report.epochs[report.epochs.length - 1];
      const text = table([
        ['accuracy, test', percent(report.test.accuracy)],
        ...aucRow(report.test),
        ['accuracy, training', percent(last?.trainAccuracy ?? null)],
        ['epochs', `${report.epochs.length}${report.stoppedEarly ? ' (stopped early)' : ''}, best ${report.bestEpoch}`],
        ['parameters', thousands(report.parameters)],
        ['MACs', thousands(report.macs)],
      ]);
      return {
        fields: { accuracy: { float: report.test.accuracy }, result: { report, page } },
        text: `${session.run.id}: train ${result.action === 'ran' ? 'done' : 'is up to date'}\n${text}\nCurves and factors of every epoch: ${shortPath(page, context.baseDir)}`,
      };
    },
  );
