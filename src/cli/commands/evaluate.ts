import type { AccuracyReport, QuantizeReport } from '../../ir/report.js';
import { unsupportedOps, type UnsupportedOp } from '../../quantize/check-ops.js';
import type { CommandHandler, CommandResult } from '../command.js';
import { percent, table, thousands } from '../output/text.js';
import { ProjectSession, withSession } from '../project-session.js';
import { quantized } from '../stages/quantize.js';
import { trained } from '../stages/train.js';
import { accuracyText, aucRow } from '../summaries.js';
import { withTraining } from '../with-training.js';

/**
 * `grapes evaluate`: accuracy of both networks, per class and as confusion matrices, on all test samples; of the float
 * network alone where the other cannot be had.
 */
export const run: CommandHandler = (context, _args, options) => {
  const session = ProjectSession.open(context, { target: 'evaluate' }, withTraining(options));
  return withSession(session, async () => {
    const { graph, report } = await trained(session);
    const unsupported = unsupportedOps(graph);
    if (unsupported.length > 0) return floatAlone(graph.classNames, report.test, unsupported);
    return both((await quantized(session)).report, graph.classNames);
  });
};

function both(report: QuantizeReport, classNames: readonly string[]): CommandResult {
  const { float, int8 } = report;
  const perClass = classNames.map((name, i) => [name, percent(float.perClass[i]), percent(int8.perClass[i])]);
  return {
    fields: { accuracy: { float: float.accuracy, int8: int8.accuracy }, result: { classNames, float, int8 } },
    text: [
      accuracyText(report),
      '',
      table([['class', 'float', 'int8'], ...perClass]),
      '',
      confusionText('int8', int8, classNames),
    ].join('\n'),
  };
}

function floatAlone(
  classNames: readonly string[],
  float: AccuracyReport,
  unsupported: readonly UnsupportedOp[],
): CommandResult {
  const perClass = classNames.map((name, i) => [name, percent(float.perClass[i])]);
  return {
    fields: { accuracy: { float: float.accuracy }, result: { classNames, float, int8: null } },
    text: [
      `accuracy of the float network: ${percent(float.accuracy)} on ${thousands(float.samples)} test samples`,
      `no int8 network: there is no integer form for ${unsupported.map((u) => `${u.op} (${u.kind})`).join(', ')}`,
      '',
      table([['class', 'float'], ...perClass, ...aucRow(float)]),
      '',
      confusionText('float', float, classNames),
    ].join('\n'),
  };
}

function confusionText(network: string, { confusion }: AccuracyReport, classNames: readonly string[]): string {
  const rows = confusion.map((row, i) => [classNames[i], ...row]);
  return `${network} confusion: row = truth, column = predicted\n${table([['', ...classNames], ...rows])}`;
}
