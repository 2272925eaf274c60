import { ToolError } from '../errors/tool-error.js';
import type { Samples } from '../ir/dataset.js';
import { normalThreshold } from '../ir/anomaly.js';
import { graphDigest } from '../ir/graph-file.js';
import {
  isLayerOp,
  reconstructTask,
  type FloatGraph,
  type FullyConnectedOp,
  type LookupOp,
  type QuantizedGraph,
} from '../ir/graph.js';
import { scoreInt8 } from '../ir/interpret.js';
import { ACCUMULATOR_LIMIT, accumulatorBound } from '../ir/ops/accumulator-bound.js';
import { TANH_OUTPUT, tanhTable } from '../ir/ops/lookup.js';
import type { QuantizeOptions } from '../ir/options.js';
import type { QuantParams } from '../ir/quant-params.js';
import type { Tensor } from '../ir/tensor.js';
import { validateGraph } from '../ir/validate-graph.js';
import { littleEndianBytes } from '../util/bytes.js';
import { sha256Hex } from '../util/digest.js';
import { checkOps } from './check-ops.js';
import { calibrate, drawCalibration } from './calibrate.js';
import { reportLayers, type PartialQuantizeReport } from './layer-report.js';
import type { Range } from './observers/observer.js';
import { foldBatchNorm } from './passes/fold-batch-norm.js';
import { splitTanh } from './passes/split-tanh.js';
import { quantizeLayer } from './quantize-layer.js';
import { asymmetricInt8 } from './schemes/activations.js';
import { TANH_REACH, tanhInputs } from './schemes/tanh-reach.js';

/**
 * Post-training quantization to int8 (docs/numerics.md): weights symmetric, activations asymmetric over ranges measured
 * on `calibration`, biases int32, tanh as a table. An autoencoder's threshold is chosen anew, on the int8 scores of all
 * samples of `calibration`, which are those it was trained on. Same graph, samples and options, same result. Throws
 * QUANTIZE_UNSUPPORTED_OP, QUANTIZE_NON_FINITE, QUANTIZE_EMPTY_CALIBRATION, QUANTIZE_RANGE, INPUT_MISMATCH and
 * GRAPH_INVALID.
 */
export function quantize(
  graph: FloatGraph,
  calibration: Samples,
  options: QuantizeOptions,
): { output: QuantizedGraph; report: PartialQuantizeReport } {
  checkWeights(graph);
  checkOps(validateGraph(graph));
  const float = splitTanh(foldBatchNorm(graph));
  const inputs = drawCalibration(float, calibration, options);
  const ranges = calibrate(float, inputs, options.calibration);
  const integers = toIntegers(float, ranges, options, {
    toolVersion: graph.provenance.toolVersion,
    seed: options.seed,
    ...(graph.provenance.engine === undefined ? {} : { engine: graph.provenance.engine }),
    inputs: { graph: graphDigest(graph), calibration: sha256Hex(...inputs.map((x) => littleEndianBytes(x))) },
  });
  const output = withThreshold(integers, calibration);
  return { output, report: reportLayers(float, output, inputs) };
}

/** Rounding adds to every score, and the float network's threshold would take normal samples for anomalies. */
function withThreshold(graph: QuantizedGraph, normal: Samples): QuantizedGraph {
  const task = reconstructTask(graph);
  if (task === null) return graph;
  return { ...graph, task: { ...task, threshold: normalThreshold(scoreInt8(graph, normal)) } };
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

function toIntegers(
  float: FloatGraph,
  ranges: ReadonlyMap<number, Range>,
  options: QuantizeOptions,
  provenance: QuantizedGraph['provenance'],
): QuantizedGraph {
  const tensors: Tensor[] = [...float.tensors];
  const set = (id: number, change: Partial<Tensor>): void => {
    tensors[id] = { ...tensors[id], ...change };
  };
  const scaleOf = (id: number): number => tensors[id].quant!.scale[0];
  const sums = tanhInputs(float);
  const rangeOf = (id: number): Range => (sums.has(id) ? within(ranges.get(id)!, TANH_REACH) : ranges.get(id)!);

  const dense = (op: FullyConnectedOp): FullyConnectedOp => {
    const layer = quantizeLayer(float, op, scaleOf(op.input), rangeOf(op.output), options);
    const { weights, weightQuant, bias, biasQuant } = layer.constants;
    set(op.weights, { dtype: 'int8', quant: weightQuant, data: weights });
    if (op.bias !== null) set(op.bias, { dtype: 'int32', quant: biasQuant, data: bias });
    set(op.output, { dtype: 'int8', quant: layer.outputQuant });
    return layer.op;
  };
  const lookup = (op: LookupOp): LookupOp => {
    const { scale, zeroPoint } = tensors[op.input].quant!;
    const table: Tensor = {
      id: tensors.length,
      name: `${op.name}_table`,
      shape: [256],
      dtype: 'int8',
      role: 'table',
      quant: null,
      data: tanhTable(scale[0], zeroPoint[0]),
    };
    tensors.push(table);
    const quant: QuantParams = { scale: [TANH_OUTPUT.scale], zeroPoint: [TANH_OUTPUT.zeroPoint], axis: null };
    set(op.output, { dtype: 'int8', quant });
    return { ...op, table: table.id };
  };

  set(float.input, { dtype: 'int8', quant: asymmetricInt8(rangeOf(float.input)) });
  const ops = float.ops.map((op) => {
    if (isLayerOp(op)) throw new RangeError(`op ${op.name} has passed the check of supported ops`);
    return op.kind === 'lookup' ? lookup(op) : dense(op);
  });
  const rounding = options.rounding === 'single' ? { rounding: options.rounding } : {};
  const graph: QuantizedGraph = { ...float, stage: 'quantized', tensors, ops, ...rounding, provenance };
  for (const op of ops) if (op.kind === 'fully_connected') checkAccumulator(graph, op);
  return validateGraph(graph);
}

function checkAccumulator(graph: QuantizedGraph, op: FullyConnectedOp): void {
  const bound = accumulatorBound(graph, op);
  if (bound < ACCUMULATOR_LIMIT) return;
  throw new ToolError('QUANTIZE_RANGE', `The sums of layer '${op.name}' could reach ${bound}, beyond 32 bits.`, {
    context: { op: op.name, bound },
  });
}

function within(range: Range, reach: Range): Range {
  return { min: Math.max(range.min, reach.min), max: Math.min(range.max, reach.max) };
}
