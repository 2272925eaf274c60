import { meanMultiplier } from '../../ir/ops/int8/mean.js';
import { quantizeMultiplierFor } from '../../ir/requantize.js';
import { elementCount, limitsOf } from '../../ir/tensor.js';
import { stridesOf } from './broadcast.js';
import { affine, inputsOf, resultOf, type Converted, type Converter } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';

/** A reduction as one over [places, channels]: the axes that are kept stand last, if need be after a transposition. */
interface Reduction {
  readonly input: number;
  readonly places: number;
  readonly channels: number;
}

function reductionOf(operator: TfliteOperator, graph: GraphMaker): Reduction {
  const [x, axes] = inputsOf(operator, 2);
  const { shape } = graph.source(x);
  const over = graph.integers(axes).map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (over.some((axis) => axis < 0 || axis >= shape.length)) {
    throw invalid(`operator ${operator.index} (${operator.code}) goes over the axes ${over.join(', ')}`);
  }
  // Axes of one place may stand anywhere.
  const counted = shape.map((size, axis) => ({ size, axis })).filter(({ size }) => size > 1);
  const reduced = counted.filter(({ axis }) => over.includes(axis));
  const kept = counted.filter(({ axis }) => !over.includes(axis));
  const [places, channels] = [reduced, kept].map((list) => elementCount(list.map(({ size }) => size)));
  const source = graph.idOf(x);
  if (kept.length === 0 || reduced.every(({ axis }) => axis < kept[0].axis)) return { input: source, places, channels };
  const distances = stridesOf(shape);
  const order = [...reduced, ...kept];
  const strides = order.map(({ axis }) => distances[axis]);
  const copy: Converted = { kind: 'strided_copy', input: source, inputs: [source], offset: 0, strides };
  const sizes = order.map(({ size }) => size);
  return { input: graph.between(copy, sizes, graph.affine(x)), places, channels };
}

/** Under the shape that the file gives the output. */
function asOutput(graph: GraphMaker, operator: TfliteOperator, op: Converted, shape: readonly number[]): Converted {
  const wanted = graph.shape(operator.outputs[0]);
  if (String(wanted) === String(shape)) return op;
  const input = graph.between(op, shape, graph.affine(operator.outputs[0]));
  return { kind: 'reshape', input, inputs: [input] };
}

function average(operator: TfliteOperator, graph: GraphMaker, divides: boolean): Converted {
  const { input: source, places, channels } = reductionOf(operator, graph);
  const { shape } = graph.tensor(source);
  const isImage = shape.length === 3 && shape[2] === channels;
  const input = isImage ? source : graph.reshaped(source, [places, 1, channels]);
  const from = affine(graph, operator.inputs[0]);
  const { scale, zeroPoint, shape: wanted } = resultOf(graph, operator);
  const { multiplier, shift } = divides
    ? meanMultiplier(from.scale, scale, places, graph.rounding)
    : quantizeMultiplierFor(graph.rounding, from.scale / scale);
  const { lowest: clampMin, highest: clampMax } = limitsOf({ dtype: graph.dtype(operator.outputs[0]) });
  const requantize = { multiplier: [multiplier], shift: [shift], zeroPoint, clampMin, clampMax };
  const op: Converted = { kind: 'mean', input, inputs: [input], requantize };
  const keeps = String(wanted) === String([1, 1, channels]);
  return keeps ? op : asOutput(graph, operator, op, [channels]);
}

export const mean: Converter = (operator, graph) => average(operator, graph, true);
/** The same without the division. */
export const sum: Converter = (operator, graph) => average(operator, graph, false);

/** One window over everything. */
export const reduceMax: Converter = (operator, graph) => extreme(operator, graph, (id) => id);

/** -1 - q turns the smallest byte into the largest, and back. */
export const reduceMin: Converter = (operator, graph) => {
  const flipped = (id: number): number => {
    const { shape, quant } = graph.tensor(id);
    return graph.between(
      graph.table(id, (q) => -1 - q),
      shape,
      quant!,
    );
  };
  return extreme(operator, graph, flipped);
};

/** @param flip in front of the largest value and behind it */
function extreme(operator: TfliteOperator, graph: GraphMaker, flip: (id: number) => number): Converted {
  const { input: source, places, channels } = reductionOf(operator, graph);
  const [from, to] = [affine(graph, operator.inputs[0]), affine(graph, operator.outputs[0])];
  if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) throw unsupported('it changes the scale');
  const input = flip(graph.reshaped(source, [places, 1, channels]));
  const window = {
    kernel: [places, 1],
    strides: [1, 1],
    dilation: [1, 1],
    pad: { top: 0, left: 0, bottom: 0, right: 0 },
  } as const;
  const { lowest: clampMin, highest: clampMax } = limitsOf({ dtype: graph.dtype(operator.outputs[0]) });
  const op: Converted = { kind: 'max_pool_2d', input, inputs: [input], window, clampMin, clampMax };
  const quant = graph.affine(operator.outputs[0]);
  const found = flip(graph.between(op, [1, 1, channels], quant));
  return { kind: 'reshape', input: found, inputs: [found] };
}
