import { repeatedTo, stridesOf } from './broadcast.js';
import { affine, inputsOf, optionsOf, type Converted, type Converter } from './converter.js';
import { axisOf, pad, resizeByCopies } from './convert-moves.js';
import { invalid, unsupported } from './errors.js';
import { constantBytes, type GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { GATHER, MIRROR_PAD, PACK, RESIZE, RESIZE_BILINEAR } from './schema.js';
import { image } from './window.js';

/** Places of one axis of a computed tensor in any order: a copy for each run of equal steps, joined. */
function taken(graph: GraphMaker, id: number, axis: number, places: readonly number[]): number {
  const { shape, quant } = graph.tensor(id);
  if (String(places) === String(Array.from({ length: shape[axis] }, (_, k) => k))) return id;
  const strides = stridesOf(shape);
  const parts = runsOf(places).map(({ first, step, count }): number => {
    const copy: Converted = {
      kind: 'strided_copy',
      input: id,
      inputs: [id],
      offset: first * strides[axis],
      strides: strides.map((stride, k) => (k === axis ? step * stride : stride)),
    };
    const part = shape.map((d, k) => (k === axis ? count : d));
    return graph.between(copy, part, quant!);
  });
  if (parts.length === 1) return parts[0];
  const whole = shape.map((d, k) => (k === axis ? places.length : d));
  return graph.between(graph.joined(parts, axis), whole, quant!);
}

function runsOf(places: readonly number[]): { first: number; step: number; count: number }[] {
  const runs: { first: number; step: number; count: number }[] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run?.count === 1) run.step = place - run.first;
    if (run !== undefined && place === run.first + run.step * run.count) run.count++;
    else runs.push({ first: place, step: 0, count: 1 });
  }
  return runs;
}

/** The tensor as the operator's output, whose shape has as many elements. */
function asOutput(graph: GraphMaker, operator: TfliteOperator, id: number): Converted {
  const to = graph.affine(operator.outputs[0]);
  const { quant } = graph.tensor(id);
  if (quant!.scale[0] !== to.scale[0] || quant!.zeroPoint[0] !== to.zeroPoint[0]) {
    throw unsupported('its output has another scale than its input');
  }
  return { kind: 'reshape', input: id, inputs: [id] };
}

const inside = (operator: TfliteOperator, places: readonly number[], size: number): readonly number[] => {
  if (places.length > 0 && places.every((p) => p >= 0 && p < size)) return places;
  throw invalid(`operator ${operator.index} (${operator.code}) names places outside of ${size}`);
};

export const gather: Converter = (operator, graph) => {
  const [x, indices] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  if (options.int32(GATHER.batchDims) !== 0) throw unsupported('it has batch axes');
  const axis = axisOf(graph, x, options.int32(GATHER.axis), operator);
  const id = graph.idOf(x);
  const places = inside(operator, graph.integers(indices), graph.tensor(id).shape[axis]);
  return asOutput(graph, operator, taken(graph, id, axis, places));
};

export const reverse: Converter = (operator, graph) => {
  const [x, axes] = inputsOf(operator, 2);
  let id = graph.idOf(x);
  for (const axis of graph.integers(axes)) {
    const own = axisOf(graph, x, axis, operator);
    const size = graph.tensor(id).shape[own];
    id = taken(
      graph,
      id,
      own,
      Array.from({ length: size }, (_, k) => size - 1 - k),
    );
  }
  return asOutput(graph, operator, id);
};

/** Tensors behind each other along an axis of their own. */
export const pack: Converter = (operator, graph) => {
  const inputs = inputsOf(operator, 1);
  const [output] = operator.outputs;
  const axis = axisOf(graph, output, optionsOf(operator).int32(PACK.axis), operator);
  const part = graph.shape(output).map((d, k) => (k === axis ? 1 : d));
  const to = graph.affine(output);
  const parts = inputs.map((index) => {
    const [own, wanted] = [affine(graph, index), { scale: to.scale[0], zeroPoint: to.zeroPoint[0] }];
    if (own.scale !== wanted.scale || own.zeroPoint !== wanted.zeroPoint) {
      throw unsupported(`its input '${graph.source(index).name}' has another scale than its output`);
    }
    return graph.reshaped(graph.idOf(index), part);
  });
  return graph.joined(parts, axis);
};

/** REFLECT leaves the edge out, SYMMETRIC repeats it. */
export const mirrorPad: Converter = (operator, graph) => {
  const [x, paddings] = inputsOf(operator, 2);
  const pairs = graph.integers(paddings);
  const { shape } = graph.source(x);
  if (pairs.length !== 2 * shape.length) throw invalid(`operator ${operator.index} (MIRROR_PAD) has wrong paddings`);
  const edge = optionsOf(operator).int8(MIRROR_PAD.mode) === 0 ? 1 : 0;
  const leading = graph.leadingAxes(x);
  if (leading === 1 && (pairs[0] !== 0 || pairs[1] !== 0)) throw unsupported('it pads the batch axis');
  let id = graph.idOf(x);
  for (let axis = leading; axis < shape.length; axis++) {
    const [before, after, size] = [pairs[2 * axis], pairs[2 * axis + 1], shape[axis]];
    if (![before, after].every((n) => n >= 0 && n <= size - edge)) {
      throw invalid(`operator ${operator.index} (MIRROR_PAD) pads ${size} places by ${before} and ${after}`);
    }
    const places = [
      ...Array.from({ length: before }, (_, k) => before - 1 - k + edge),
      ...Array.from({ length: size }, (_, k) => k),
      ...Array.from({ length: after }, (_, k) => size - 1 - edge - k),
    ];
    id = taken(graph, id, axis - leading, places);
  }
  return asOutput(graph, operator, id);
};

/** A frame of another value than zero: that of a tensor whose zero point it is. */
export const padV2: Converter = (operator, graph) => {
  const [x, , value] = inputsOf(operator, 3);
  const constant = graph.source(value);
  const bytes = new Int8Array(constantBytes(constant, 1));
  const own = graph.affine(x);
  const given = graph.affine(value);
  if (constant.type !== 'int8' || bytes.length !== 1) throw unsupported('its value is no int8 constant');
  if (given.scale[0] !== own.scale[0] || given.zeroPoint[0] !== own.zeroPoint[0]) {
    throw unsupported('its value has another scale than its input');
  }
  const framed = { ...own, zeroPoint: [bytes[0]] };
  const input = graph.reinterpreted(graph.idOf(x), framed);
  const op = { ...pad(operator, graph), input, inputs: [input] } as Converted;
  return graph.identity(graph.between(op, graph.shape(operator.outputs[0]), framed));
};

/** The nearest place for each, in float32 as TFLite computes it. */
function nearest(size: number, wanted: number, aligned: boolean, centred: boolean): number[] {
  const scale = aligned && wanted > 1 ? Math.fround((size - 1) / (wanted - 1)) : Math.fround(size / wanted);
  return Array.from({ length: wanted }, (_, k) => {
    const at = Math.fround(Math.fround(k + (centred ? 0.5 : 0)) * scale);
    const place = aligned ? Math.floor(Math.fround(at + 0.5)) : Math.floor(at);
    return Math.max(0, Math.min(size - 1, place));
  });
}

/** By whole factors in one copy, by others in one for each run of rows and columns. */
export const resizeNearest: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  const { shape } = graph.source(x);
  const to = graph.source(operator.outputs[0]).shape;
  if (shape.length !== 4 || to.length !== 4) throw unsupported('it takes no image');
  const options = optionsOf(operator);
  const [aligned, centred] = [RESIZE.alignCorners, RESIZE.halfPixelCenters].map((id) => options.int8(id) !== 0);
  const whole = [1, 2].every((k) => to[k] % shape[k] === 0);
  if (whole && !aligned) return resizeByCopies(graph, operator, x, shape, to);
  let id = graph.reshaped(graph.idOf(x), shape.slice(1));
  id = taken(graph, id, 0, nearest(shape[1], to[1], aligned, centred));
  id = taken(graph, id, 1, nearest(shape[2], to[2], aligned, centred));
  return asOutput(graph, operator, id);
};

export const resizeBilinear: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  const [output] = operator.outputs;
  if (graph.dtype(x) === 'int16') throw unsupported('its input is int16: resize to the nearest neighbour instead');
  image(graph, x);
  const options = optionsOf(operator);
  const [alignCorners, halfPixelCenters] = [RESIZE_BILINEAR.alignCorners, RESIZE_BILINEAR.halfPixelCenters].map(
    (id) => options.int8(id) !== 0,
  );
  const [from, to] = [affine(graph, x), affine(graph, output)];
  if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) {
    throw unsupported('its output has another scale than its input');
  }
  const input = graph.idOf(x);
  return { kind: 'resize_bilinear', input, inputs: [input], alignCorners, halfPixelCenters };
};

/** Axes of one place repeat; the shape is the output's. */
export const broadcastTo: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 2);
  return asOutput(graph, operator, repeatedTo(graph, graph.idOf(x), graph.shape(operator.outputs[0])));
};
