import type { CommandHandler } from '../command.js';
import { percent, table } from '../output/text.js';
import { ProjectSession, withSession } from '../project-session.js';
import { quantized } from '../stages/quantize.js';
import { accuracyText } from '../summaries.js';

/** `grapes evaluate`: both accuracies, per class and as confusion matrices, on all test samples. */
export const run: CommandHandler = (context) =>
  withSession(ProjectSession.open(context, { target: 'evaluate' }), async (session) => {
    const { report, graph } = await quantized(session);
    const { float, int8 } = report;
    const perClass = graph.classNames.map((name, i) => [name, percent(float.perClass[i]), percent(int8.perClass[i])]);
    const confusion = int8.confusion.map((row, i) => [graph.classNames[i], ...row]);
    return {
      fields: {
        accuracy: { float: float.accuracy, int8: int8.accuracy },
        result: { classNames: graph.classNames, float, int8 },
      },
      text: [
        accuracyText(report),
        '',
        table([['class', 'float', 'int8'], ...perClass]),
        '',
        'int8 confusion: row = truth, column = predicted',
        table([['', ...graph.classNames], ...confusion]),
      ].join('\n'),
    };
  });
