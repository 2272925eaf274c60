import { opInputs, type FloatGraph, type FloatOp, type QuantizedGraph } from '../../ir/graph.js';
import { floatStep, int8Step } from '../../ir/interpret.js';
import { activateFloat } from '../../ir/ops/activation.js';
import { quantizeInput, roundHalfAway } from '../../ir/quantize-input.js';
import { elementCount, integersOf, type Integers, type Tensor } from '../../ir/tensor.js';
import { validateGraph } from '../../ir/validate-graph.js';
import type { Steps } from '../../util/steps.js';
import { dequantize, withIntegerWeights } from '../dequantize.js';
import { BIAS_LIMIT } from '../schemes/limits.js';
import { activationOf, weightsOf, withActivation } from './graph-edit.js';

/** What one sample has left in the tensors that are still to be read. */
interface Sample {
  readonly real: Map<number, Float32Array>;
  readonly integers: Map<number, Integers>;
}

/**
 * Empirical bias correction (Nagel et al. 2019, section 4.2): layer by layer, the mean over `inputs` of each output channel in
 * front of the activation is compared between the float network and the integers as they stand, and the difference goes into
 * the int32 bias. Layers above then see the corrected ones below. `float` is the graph that `int8` was made from, in which each
 * layer of weights has a bias (`add-biases`).
 */
export function* correctBiasesSteps(
  float: FloatGraph,
  int8: QuantizedGraph,
  inputs: readonly Float32Array[],
): Steps<QuantizedGraph> {
  const tensors: Tensor[] = [...int8.tensors];
  const graph: QuantizedGraph = { ...int8, tensors };
  const asIntegers = withIntegerWeights(float, int8);
  const samples = inputs.map((input): Sample => {
    return { real: new Map([[float.input, input]]), integers: new Map([[int8.input, quantizeInput(int8, input)]]) };
  });
  for (const [k, op] of float.ops.entries()) {
    const layer = weightsOf(op);
    if (layer === null) runFloatOp(float, op, samples);
    else {
      const difference = meanDifference(float, asIntegers, int8, op, samples);
      tensors[layer.bias!] = corrected(tensors[layer.bias!], difference);
    }
    const step = int8Step(graph, graph.ops[k]);
    const size = elementCount(tensors[op.output].shape);
    for (const { integers } of samples) {
      const output = integersOf(tensors[op.output], size);
      step(
        opInputs(op).map((id) => integers.get(id)!),
        output,
      );
      integers.set(op.output, output);
    }
    forget(float, k, samples);
    yield { label: 'correct biases', done: k + 1, total: float.ops.length };
  }
  return validateGraph(graph);
}

function corrected(bias: Tensor, difference: Float64Array): Tensor {
  const { scale } = bias.quant!;
  const data = (bias.data as Int32Array).map((q, c) => {
    const moved = q + roundHalfAway(difference[c] / scale[scale.length === 1 ? 0 : c]);
    return Math.max(-BIAS_LIMIT, Math.min(BIAS_LIMIT, moved));
  });
  return { ...bias, data };
}

/**
 * Mean over samples and places, by output channel, of float minus integers before the activation. Leaves the float outputs
 * of the op behind.
 */
function meanDifference(
  float: FloatGraph,
  asIntegers: FloatGraph,
  int8: QuantizedGraph,
  op: FloatOp,
  samples: readonly Sample[],
): Float64Array {
  const activation = activationOf(op)!;
  const linear = withActivation(op, 'none');
  const [exact, rounded] = [floatStep(float, linear), floatStep(asIntegers, linear)];
  const { shape } = float.tensors[op.output];
  const size = elementCount(shape);
  const channels = shape[shape.length - 1];
  const quant = int8.tensors[op.input].quant!;
  const input = new Float32Array(elementCount(float.tensors[op.input].shape));
  const approximate = new Float32Array(size);
  const sums = new Float64Array(channels);
  for (const { real, integers } of samples) {
    const output = new Float32Array(size);
    exact([real.get(op.input)!], output);
    dequantize(integers.get(op.input)!, quant, input);
    rounded([input], approximate);
    output.forEach((v, i) => (sums[i % channels] += v - approximate[i]));
    real.set(op.output, activation === 'none' ? output : output.map((v) => activateFloat(activation, v)));
  }
  return sums.map((sum) => (sum * channels) / (samples.length * size));
}

function runFloatOp(float: FloatGraph, op: FloatOp, samples: readonly Sample[]): void {
  const step = floatStep(float, op);
  const size = elementCount(float.tensors[op.output].shape);
  for (const { real } of samples) {
    const output = new Float32Array(size);
    step(
      opInputs(op).map((id) => real.get(id)!),
      output,
    );
    real.set(op.output, output);
  }
}

/** Drops what no op after `k` reads. */
function forget(graph: FloatGraph, k: number, samples: readonly Sample[]): void {
  const later = new Set(graph.ops.slice(k + 1).flatMap(opInputs));
  for (const { real, integers } of samples) {
    for (const id of [...real.keys()]) {
      if (later.has(id)) continue;
      real.delete(id);
      integers.delete(id);
    }
  }
}
