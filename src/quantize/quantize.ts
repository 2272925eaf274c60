import { ToolError } from '../errors/tool-error.js';
import type { Samples } from '../ir/dataset.js';
import { normalThreshold } from '../ir/anomaly.js';
import { graphDigest } from '../ir/graph-file.js';
import { reconstructTask, type FloatGraph, type QuantizedGraph } from '../ir/graph.js';
import { scoreInt8Steps } from '../ir/evaluate.js';
import type { QuantizeOptions } from '../ir/options.js';
import { validateGraph } from '../ir/validate-graph.js';
import { littleEndianBytes } from '../util/bytes.js';
import { sha256Hex } from '../util/digest.js';
import { finish, type Steps } from '../util/steps.js';
import { rescaledRanges, takeFakeQuantize } from './aware-training.js';
import { checkOps } from './check-ops.js';
import { calibrateSteps, drawCalibration } from './calibrate.js';
import { floatForm } from './float-form.js';
import { prepare } from './prepare.js';
import { integerGraph } from './integer-graph.js';
import { checkLayerOptions } from './layer-options.js';
import { reportLayersSteps, type PartialQuantizeReport } from './layer-report.js';
import { correctBiasesSteps } from './passes/bias-correction.js';
import { sensitivitySteps } from './sensitivity.js';
import { withWidths } from './widths.js';
import { affordable, evenly } from './work-limit.js';

/** Multiplications that bias correction may take: some seconds. */
const CORRECTION_MACS = 2e9;

/**
 * Post-training quantization (docs/numerics.md): weights symmetric, activations asymmetric over ranges measured on
 * `calibration` (symmetric int16 where options say so), biases int32, tanh and sigmoid as tables. An autoencoder's threshold
 * is chosen anew, on the integer scores of all samples of `calibration`, which are those it was trained on. The ranges of a
 * graph with `fake_quantize` ops (quantization-aware training) are theirs. Same graph, samples and options, same result.
 * Throws QUANTIZE_UNSUPPORTED_OP, QUANTIZE_NON_FINITE, QUANTIZE_EMPTY_CALIBRATION, QUANTIZE_RANGE, QUANTIZE_UNKNOWN_LAYER,
 * INPUT_MISMATCH and GRAPH_INVALID.
 */
export function quantize(graph: FloatGraph, calibration: Samples, options: QuantizeOptions): Quantization {
  return finish(quantizeSteps(graph, calibration, options));
}

export interface Quantization {
  readonly output: QuantizedGraph;
  readonly report: PartialQuantizeReport;
}

/** {@link quantize}, piece by piece: minutes for wide networks. */
export function* quantizeSteps(graph: FloatGraph, calibration: Samples, options: QuantizeOptions): Steps<Quantization> {
  checkWeights(graph);
  const { graph: plain, ranges: trained, borders } = takeFakeQuantize(validateGraph(graph));
  checkOps(plain);
  // Training has seen the network after these passes, and learned what they would correct.
  const isAware = trained.size > 0;
  const form = isAware ? prepare(plain) : floatForm(plain, options);
  checkLayerOptions(form, options);
  const widthed = withWidths(form, options);
  const float = widthed.graph;
  const samples = drawCalibration(float, calibration, options);
  const inputs = samples.map(({ input }) => input);
  const exact = new Map([...trained, ...rescaledRanges(float, borders)]);
  const ranges = new Map([...(yield* calibrateSteps(widthed, inputs, options)), ...exact]);
  const integers = integerGraph(
    widthed,
    ranges,
    options,
    {
      toolVersion: graph.provenance.toolVersion,
      seed: options.seed,
      ...(graph.provenance.engine === undefined ? {} : { engine: graph.provenance.engine }),
      inputs: { graph: graphDigest(graph), calibration: sha256Hex(...inputs.map((x) => littleEndianBytes(x))) },
    },
    new Set(exact.keys()),
  );
  const corrected =
    options.biasCorrection === true && !isAware
      ? yield* correctBiasesSteps(float, integers, evenly(inputs, affordable(CORRECTION_MACS, float, 3)))
      : integers;
  const output = yield* withThreshold(corrected, calibration);
  const layers = yield* reportLayersSteps(float, output, inputs);
  return { output, report: { ...layers, sensitivity: yield* sensitivitySteps(float, output, samples) } };
}

/** Rounding adds to every score, and the float network's threshold would take normal samples for anomalies. */
function* withThreshold(graph: QuantizedGraph, normal: Samples): Steps<QuantizedGraph> {
  const task = reconstructTask(graph);
  if (task === null) return graph;
  const scores = yield* scoreInt8Steps(graph, normal, 'threshold');
  return { ...graph, task: { ...task, threshold: normalThreshold(scores) } };
}

function checkWeights(graph: FloatGraph): void {
  for (const { name, data } of graph.tensors) {
    const at = data === null ? -1 : (data as Float32Array).findIndex((v) => !Number.isFinite(v));
    if (at >= 0) {
      throw new ToolError('QUANTIZE_NON_FINITE', `Tensor '${name}' holds ${data![at]} at index ${at}.`, {
        context: { tensor: name, index: at },
      });
    }
  }
}
