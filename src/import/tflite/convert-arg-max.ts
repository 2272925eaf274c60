import { INDEX_OUTPUT } from '../../ir/ops/int8/arg-max.js';
import { inputsOf, type Converter } from './converter.js';
import { axisOf } from './convert-moves.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteModel, TfliteOperator } from './read-model.js';

const KINDS: readonly string[] = ['ARG_MAX', 'ARG_MIN'];

/** The model with indices that it gives out, int32 or int64 in the file, as bytes: index = q + 128. */
export function indicesAsBytes(model: TfliteModel): TfliteModel {
  const made = model.operators.filter(({ code }) => KINDS.includes(code)).flatMap(({ outputs }) => outputs);
  const indices = made.filter((id) => model.outputs.includes(id));
  if (indices.length === 0) return model;
  const quantization = { scale: [INDEX_OUTPUT.scale], zeroPoint: [INDEX_OUTPUT.zeroPoint], axis: 0 };
  const tensors = model.tensors.map((t, id) =>
    indices.includes(id) ? ({ ...t, type: 'int8', quantization } as const) : t,
  );
  return { ...model, tensors };
}

/** @param flip in front of the largest value, so that it is the smallest */
function extremePlace(
  operator: TfliteOperator,
  graph: GraphMaker,
  flip: (id: number) => number,
): ReturnType<Converter> {
  const [x, axis] = inputsOf(operator, 2);
  const [output] = operator.outputs;
  const { type } = graph.source(output);
  if (type !== 'int8') throw unsupported(`its output is ${type}, and the network computes with it`);
  if (graph.dtype(x) === 'int16') throw unsupported('its input is int16: leave the layer in int8');
  const [along] = graph.integers(axis);
  const own = axisOf(graph, x, along, operator);
  const places = graph.source(x).shape[own + graph.leadingAxes(x)];
  if (places > 256) throw unsupported(`it finds one of ${places} places, more than 256`);
  const input = flip(graph.idOf(x));
  const kept = graph.tensor(input).shape.filter((_, k) => k !== own);
  const made = kept.length === 0 ? [1] : kept;
  const op = { kind: 'arg_max', input, inputs: [input], axis: own } as const;
  if (String(made) === String(graph.shape(output))) return op;
  const id = graph.between(op, made, graph.affine(output));
  return { kind: 'reshape', input: id, inputs: [id] };
}

export const argMax: Converter = (operator, graph) => extremePlace(operator, graph, (id) => id);

/** -1 - q turns the smallest byte into the largest; of equal ones the first stays the first. */
export const argMin: Converter = (operator, graph) =>
  extremePlace(operator, graph, (id) => {
    const { shape, quant } = graph.tensor(id);
    return graph.between(
      graph.table(id, (q) => -1 - q),
      shape,
      quant!,
    );
  });
