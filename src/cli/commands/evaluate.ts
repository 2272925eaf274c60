import type { FloatGraph, QuantizedGraph } from '../../ir/graph.js';
import { evaluateFloatSteps, evaluateInt8Steps } from '../../ir/evaluate.js';
import type { AccuracyReport } from '../../ir/report.js';
import { unsupportedOps, type UnsupportedOp } from '../../quantize/check-ops.js';
import { paced } from '../../util/steps.js';
import type { CommandHandler } from '../command.js';
import { percent, table, thousands } from '../output/text.js';
import { ProjectSession, withSession } from '../project-session.js';
import { dataset } from '../stages/data.js';
import { quantized } from '../stages/quantize.js';
import { trained } from '../stages/train.js';
import { accuracyText, aucRow } from '../summaries.js';
import { withTraining } from '../with-training.js';

/** What both networks make of one part of the data. */
interface Measured {
  readonly float: AccuracyReport;
  /** Null: there is no int8 network. */
  readonly int8: AccuracyReport | null;
}

/**
 * `grapes evaluate`: accuracy of both networks, per class and as confusion matrices, on all test samples, and on those of
 * every further part that the data names; of the float network alone where the other cannot be had.
 */
export const run: CommandHandler = (context, _args, options) => {
  const session = ProjectSession.open(context, { target: 'evaluate' }, withTraining(options));
  return withSession(session, async () => {
    const { graph, report } = await trained(session);
    const unsupported = unsupportedOps(graph);
    const integer = unsupported.length > 0 ? null : await quantized(session);
    const { float, int8 }: Measured = integer?.report ?? { float: report.test, int8: null };
    const parts = await extraParts(session, graph, integer?.graph ?? null);
    const { classNames } = graph;
    return {
      fields: {
        accuracy: { float: float.accuracy, ...(int8 === null ? {} : { int8: int8.accuracy }) },
        result: { classNames, float, int8, parts },
      },
      text: [
        ...noInt8Text(unsupported),
        partText('test', { float, int8 }, classNames),
        ...Object.entries(parts).map(([name, measured]) => `part '${name}'\n${partText(name, measured, classNames)}`),
      ].join('\n\n'),
    };
  });
};

/** The parts beside train, validation and test: another session, one person. */
async function extraParts(
  session: ProjectSession,
  graph: FloatGraph,
  int8: QuantizedGraph | null,
): Promise<Record<string, Measured>> {
  // Other sources have none, and reading them may take longer than all the rest.
  if (!('parts' in session.config.data)) return {};
  const { extra } = await dataset(session);
  const parts: Record<string, Measured> = {};
  for (const [name, samples] of Object.entries(extra)) {
    const float = await paced(`accuracy on ${name}`, evaluateFloatSteps(graph, samples), session.context);
    const onInt8 =
      int8 === null ? null : paced(`accuracy on ${name}`, evaluateInt8Steps(int8, samples), session.context);
    parts[name] = { float, int8: await onInt8 };
  }
  return parts;
}

function partText(part: string, { float, int8 }: Measured, classNames: readonly string[]): string {
  const perClass = classNames.map((name, i) => [
    name,
    percent(float.perClass[i]),
    ...(int8 === null ? [] : [percent(int8.perClass[i])]),
  ]);
  if (int8 === null) {
    return [
      `accuracy of the float network: ${percent(float.accuracy)} on ${thousands(float.samples)} ${part} samples`,
      table([['class', 'float'], ...perClass, ...aucRow(float, part)]),
      confusionText('float', float, classNames),
    ].join('\n\n');
  }
  return [
    accuracyText({ float, int8 }, part),
    table([['class', 'float', 'int8'], ...perClass]),
    confusionText('int8', int8, classNames),
  ].join('\n\n');
}

function noInt8Text(unsupported: readonly UnsupportedOp[]): string[] {
  if (unsupported.length === 0) return [];
  const list = unsupported.map((u) => `${u.op} (${u.kind})`).join(', ');
  return [`no int8 network: there is no integer form for ${list}`];
}

function confusionText(network: string, { confusion }: AccuracyReport, classNames: readonly string[]): string {
  const rows = confusion.map((row, i) => [classNames[i], ...row]);
  return `${network} confusion: row = truth, column = predicted\n${table([['', ...classNames], ...rows])}`;
}
