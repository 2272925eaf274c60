import { denseFactor } from '../../ir/requantize.js';
import { elementCount } from '../../ir/tensor.js';
import { repeatedTo, stridesOf } from './broadcast.js';
import {
  activationOf,
  affine,
  fused,
  inputsOf,
  optionsOf,
  requantizeTo,
  resultOf,
  type Converted,
  type Converter,
} from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import type { TfliteOperator } from './read-model.js';
import { BATCH_MATMUL, FULLY_CONNECTED } from './schema.js';
import { readWeights, type WeightLayout } from './weights.js';

/** Weights as a matrix [outputs][inputs]. */
interface DenseWeights extends Pick<WeightLayout, 'arrange' | 'places'> {
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * A matrix of constants times each row of a computed tensor `input`, which is the operator's tensor `x`. Several rows are a
 * 1x1 convolution over an image that is one row high: it adds the same products and takes the same multipliers.
 */
function dense(
  operator: TfliteOperator,
  graph: GraphMaker,
  [x, input]: readonly [number, number],
  { outputs, inputs, ...layout }: DenseWeights,
  activation: ClampActivation,
): { readonly op: Converted; readonly shape: readonly number[] } {
  const rows = elementCount(graph.tensor(input).shape) / inputs;
  if (!Number.isInteger(rows)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has weights for ${inputs} inputs`);
  }
  const single = rows === 1;
  const shape = single ? [outputs, inputs] : [outputs, 1, 1, inputs];
  const weights = readWeights(graph, operator, x, { shape, axis: 0, storedAxis: 0, ...layout });
  const from = affine(graph, x);
  const to = affine(graph, operator.outputs[0]);
  const factors = weights.channelScales.map((s) => denseFactor(from.scale, s, to.scale, weights.perChannel));
  const parts = {
    weights: weights.id,
    bias: weights.bias,
    activation: fused(activation),
    requantize: requantizeTo(graph, operator.outputs[0], activation, factors, weights.multiplierBits),
  };
  if (single) return { op: { kind: 'fully_connected', input, ...parts }, shape: [outputs] };
  const image = graph.reshaped(input, [1, rows, inputs]);
  const window = {
    kernel: [1, 1],
    strides: [1, 1],
    dilation: [1, 1],
    pad: { top: 0, left: 0, bottom: 0, right: 0 },
  } as const;
  return { op: { kind: 'conv_2d', input: image, inputs: [image], window, ...parts }, shape: [1, rows, outputs] };
}

/** Under the shape that the file gives the output. */
function asOutput(
  operator: TfliteOperator,
  graph: GraphMaker,
  { op, shape }: { readonly op: Converted; readonly shape: readonly number[] },
): Converted {
  const wanted = graph.shape(operator.outputs[0]);
  if (String(wanted) === String(shape)) return op;
  const id = graph.between(op, shape, graph.affine(operator.outputs[0]));
  return { kind: 'reshape', input: id, inputs: [id] };
}

export const fullyConnected: Converter = (operator, graph) => {
  const [x, w] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const { shape } = graph.source(w);
  if (options.int8(FULLY_CONNECTED.weightsFormat) !== 0) throw unsupported('it has shuffled weights');
  if (shape.length !== 2)
    throw invalid(`operator ${operator.index} (FULLY_CONNECTED) has weights of ${shape.length} axes`);
  const [outputs, inputs] = shape;
  const activation = activationOf(options, FULLY_CONNECTED.activation);
  return asOutput(operator, graph, dense(operator, graph, [x, graph.idOf(x)], { outputs, inputs }, activation));
};

/** With the last two axes changed. */
function turned(graph: GraphMaker, id: number): number {
  const { shape, quant } = graph.tensor(id);
  const swapped = <T>(of: readonly T[]): T[] => [...of.slice(0, -2), of[of.length - 1], of[of.length - 2]];
  const copy = {
    kind: 'strided_copy',
    input: id,
    inputs: [id],
    offset: 0,
    strides: swapped(stridesOf(shape)),
  } as const;
  return graph.between(copy, swapped(shape), quant!);
}

/** Rows and columns of the file's tensor behind its batches. */
function matrixOf(
  graph: GraphMaker,
  index: number,
): readonly [batches: readonly number[], rows: number, columns: number] {
  const { shape } = graph.source(index);
  if (shape.length < 2) throw unsupported(`its operand [${shape.join(', ')}] is no matrix`);
  return [shape.slice(0, -2), shape[shape.length - 2], shape[shape.length - 1]];
}

/** A computed operand as matrices. */
function computed(graph: GraphMaker, index: number): number {
  const [batches, rows, columns] = matrixOf(graph, index);
  return graph.reshaped(graph.idOf(index), [...batches, rows, columns]);
}

/**
 * Two computed operands are a product of their own; a constant one, if it is one matrix, has the weights of a dense layer: on the
 * rows of the first operand, or, turned, on the columns of the second.
 */
export const batchMatmul: Converter = (operator, graph) => {
  const [a, b] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const [turnsA, turnsB] = [BATCH_MATMUL.transposeA, BATCH_MATMUL.transposeB].map((id) => options.int8(id) !== 0);
  if (graph.dtype(a) === 'int16') throw unsupported('its operands are int16: leave the layer in int8');
  if (graph.isConstant(a) && graph.isConstant(b)) throw unsupported('both of its operands are constants');
  if (graph.isConstant(b)) {
    const x = computed(graph, a);
    const weights = weightsOf(operator, graph, 1, !turnsB);
    return asOutput(operator, graph, dense(operator, graph, [a, turnsA ? turned(graph, x) : x], weights, 'none'));
  }
  if (graph.isConstant(a)) {
    const x = computed(graph, b);
    const { op, shape } = dense(
      operator,
      graph,
      [b, turnsB ? x : turned(graph, x)],
      weightsOf(operator, graph, 0, turnsA),
      'none',
    );
    const made = graph.between(op, shape, graph.affine(operator.outputs[0]));
    const [batches, rows, columns] = matrixOf(graph, operator.outputs[0]);
    const id = turned(graph, graph.reshaped(made, [...batches, columns, rows]));
    return { kind: 'reshape', input: id, inputs: [id] };
  }
  const x = turnsA ? turned(graph, computed(graph, a)) : computed(graph, a);
  const y = computed(graph, b);
  const [batches] = matrixOf(graph, operator.outputs[0]);
  const whole = (id: number): number => repeatedTo(graph, id, [...batches, ...graph.tensor(id).shape.slice(-2)]);
  const inputs = [whole(x), whole(y)];
  const [from, by] = [affine(graph, a), affine(graph, b)];
  const { shape, scale } = resultOf(graph, operator);
  const requantize = requantizeTo(graph, operator.outputs[0], 'none', [
    denseFactor(from.scale, by.scale, scale, false),
  ]);
  const rows = graph.tensor(inputs[0]).shape.slice(-2)[0];
  const columns = graph.tensor(inputs[1]).shape.slice(-2)[turnsB ? 0 : 1];
  const op: Converted = { kind: 'batch_matmul', input: inputs[0], inputs, transposeB: turnsB, requantize };
  const made = [...batches, rows, columns];
  if (elementCount(made) !== elementCount(shape))
    throw invalid(`operator ${operator.index} does not give [${shape.join(', ')}]`);
  return asOutput(operator, graph, { op, shape: made });
};

/** A constant operand as weights [outputs][inputs]; `turns`: it lies as [inputs][outputs]. */
function weightsOf(operator: TfliteOperator, graph: GraphMaker, place: number, turns: boolean): DenseWeights {
  const [batches, rows, columns] = matrixOf(graph, operator.inputs[place]);
  if (elementCount(batches) !== 1) throw unsupported('its constant operand is several matrices');
  const places = [place, -1] as const;
  if (!turns) return { outputs: rows, inputs: columns, places };
  const arrange = (stored: Int8Array): Int8Array =>
    Int8Array.from(stored, (_, k) => stored[(k % rows) * columns + Math.floor(k / rows)]);
  return { outputs: columns, inputs: rows, places, arrange };
}

export const l2Normalization: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  if (graph.dtype(x) === 'int16') throw unsupported('its input is int16: leave the layer in int8');
  const { scale, zeroPoint } = resultOf(graph, operator);
  if (scale !== 1 / 128 || zeroPoint !== 0) throw unsupported(`its output scale is ${scale}, not 1/128`);
  const input = graph.idOf(x);
  return { kind: 'l2_normalization', input, inputs: [input] };
};
