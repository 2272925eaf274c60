import { planMemory } from '../../export/plan/plan.js';
import type { CommandHandler } from '../command.js';
import { bytes } from '../output/text.js';
import { ProjectSession, withSession } from '../project-session.js';
import { quantized } from '../stages/quantize.js';
import { accuracyText, choicesText, int4Text, layersText, sensitivityText } from '../summaries.js';

/** `grapes quantize [--force]` */
export const run: CommandHandler = (context, _args, options) =>
  withSession(
    ProjectSession.open(context, { target: 'quantize', force: options['force'] === true }),
    async (session) => {
      const { graph, report, result } = await quantized(session);
      if (report === null) {
        return {
          fields: { result: null },
          text: `${session.run.id}: the integers of ${session.config.imported}, ${graph.ops.length} ops`,
        };
      }
      const { float, int8 } = report;
      const { codeEstimateBytes } = planMemory(graph, null, session.board.chip.kernels);
      const int8WithCode = report.int8Bytes + codeEstimateBytes;
      return {
        fields: { accuracy: { float: float.accuracy, int8: int8.accuracy }, result: { report, codeEstimateBytes } },
        text: [
          `${session.run.id}: quantize ${result.action === 'ran' ? 'done' : 'is up to date'}`,
          accuracyText(report),
          layersText(report),
          sensitivityText(report.sensitivity),
          int4Text(report.sensitivity),
          choicesText(report.sensitivity),
          `constants ${bytes(report.floatBytes)} → ${bytes(report.int8Bytes)}; with code about ${bytes(int8WithCode)} (code ${bytes(codeEstimateBytes)}, an estimate: \`grapes plan\` compiles it)`,
        ].join('\n'),
      };
    },
  );
