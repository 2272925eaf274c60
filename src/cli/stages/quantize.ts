import type { QuantizedGraph } from '../../ir/graph.js';
import { evaluateFloatSteps, evaluateInt8Steps } from '../../ir/evaluate.js';
import { trainedPart } from '../../ir/learn/trained-layers.js';
import type { QuantizeReport } from '../../ir/report.js';
import { checkOps } from '../../quantize/check-ops.js';
import { prepare } from '../../quantize/prepare.js';
import { checkLayerOptions } from '../../quantize/layer-options.js';
import { quantizeSteps } from '../../quantize/quantize.js';
import { checkLearnedWidths } from '../../quantize/widths.js';
import type { StageResult } from '../../runs/stage.js';
import { paced } from '../../util/steps.js';
import type { ProjectSession } from '../project-session.js';
import { dataInputs, dataset } from './data.js';
import { checkFit } from './fit.js';
import { readJson, readQuantizedGraph, writeGraph } from './graph-on-disk.js';
import { awareTrained } from './aware-training.js';
import { imported } from './import.js';
import { trained } from './train.js';

export interface Quantized {
  readonly graph: QuantizedGraph;
  /** Null: the integers were imported. */
  readonly report: QuantizeReport | null;
  readonly result: StageResult;
}

/** Stage `quantize`: model.json, model.bin, report.json with both accuracies on all test samples. */
export function quantized(session: ProjectSession): Promise<Quantized> {
  return session.once('quantize', async () => {
    const { config, context } = session;
    if (config.imported !== null) return imported(session, config.imported);
    const float = await trained(session, (untrained) => {
      checkOps(untrained);
      const prepared = prepare(untrained);
      checkLayerOptions(prepared, config.quantize);
      if (config.learn !== null) {
        const { layers } = trainedPart(prepared, config.learn.spec);
        checkLearnedWidths(prepared, config.quantize, new Set(layers.map(({ op }) => op.name)));
      }
      checkFit(session, untrained);
    });
    const aware = (config.quantize.awareTraining ?? null) === null ? null : await awareTrained(session, float);
    const result = await session.bring({
      id: 'quantize',
      version: 7,
      options: config.quantize,
      inputs: {
        train: float.result.digest,
        ...(aware === null ? {} : { 'aware-training': aware.result.digest }),
        ...(await dataInputs(session)),
      },
      seed: config.seed,
      run: async (output) => {
        if (float.result.action === 'current') checkFit(session, float.graph);
        const { train, test } = await dataset(session);
        context.progress.note(
          `quantize: calibrating on ${Math.min(train.count, config.quantize.calibration.samples)} samples`,
        );
        const made = await paced(
          'quantize',
          quantizeSteps(aware?.graph ?? float.graph, train, config.quantize),
          context,
        );
        writeGraph(output, made.output);
        let report: QuantizeReport = {
          ...made.report,
          float: await paced('accuracy', evaluateFloatSteps(float.graph, test), context),
          int8: await paced('accuracy', evaluateInt8Steps(made.output, test), context),
        };
        if (aware !== null) {
          const untrained = await paced(
            'quantize, not trained so',
            quantizeSteps(float.graph, train, config.quantize),
            context,
          );
          const int8WithoutTraining = await paced(
            'accuracy',
            evaluateInt8Steps(untrained.output, test, 'int8, not trained so'),
            context,
          );
          report = { ...report, int8WithoutTraining };
        }
        output.writeJson('report.json', report);
      },
    });
    return {
      graph: readQuantizedGraph(result.dir),
      report: readJson<QuantizeReport>(result.dir, 'report.json'),
      result,
    };
  });
}
