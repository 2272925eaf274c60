import { meanMultiplier } from '../../ir/ops/int8/mean.js';
import { quantizeMultiplierFor } from '../../ir/requantize.js';
import { elementCount } from '../../ir/tensor.js';
import { affine, inputsOf, resultOf, type Converted, type Converter } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';

/** A reduction over everything that stands before the axes that are kept, as [places, channels]. */
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
  if (kept.length > 0 && reduced.some(({ axis }) => axis > kept[0].axis)) {
    throw unsupported(
      `it goes over the axes ${over.join(', ')} of [${shape.join(', ')}]; all axes before the channels are imported`,
    );
  }
  const size = (list: readonly { readonly size: number }[]): number => elementCount(list.map((axis) => axis.size));
  return { input: graph.idOf(x), places: size(reduced), channels: size(kept) };
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
  const requantize = { multiplier: [multiplier], shift: [shift], zeroPoint, clampMin: -128, clampMax: 127 };
  const op: Converted = { kind: 'mean', input, inputs: [input], requantize };
  const keeps = String(wanted) === String([1, 1, channels]);
  return keeps ? op : asOutput(graph, operator, op, [channels]);
}

export const mean: Converter = (operator, graph) => average(operator, graph, true);
/** The same without the division. */
export const sum: Converter = (operator, graph) => average(operator, graph, false);

/** One window over everything. */
export const reduceMax: Converter = (operator, graph) => {
  const { input: source, places, channels } = reductionOf(operator, graph);
  const [from, to] = [affine(graph, operator.inputs[0]), affine(graph, operator.outputs[0])];
  if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) throw unsupported('it changes the scale');
  const input = graph.reshaped(source, [places, 1, channels]);
  const window = {
    kernel: [places, 1],
    strides: [1, 1],
    dilation: [1, 1],
    pad: { top: 0, left: 0, bottom: 0, right: 0 },
  } as const;
  const op: Converted = { kind: 'max_pool_2d', input, inputs: [input], window, clampMin: -128, clampMax: 127 };
  return asOutput(graph, operator, op, [1, 1, channels]);
};
