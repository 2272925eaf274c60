import { elementCount } from '../../ir/tensor.js';
import { stridesOf } from './broadcast.js';
import { activationOf, inputsOf, optionsOf, type Converted, type Converter } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { CONCATENATION, SPACE_DEPTH, SPLIT, STRIDED_SLICE, UNPACK } from './schema.js';

export const concatenation: Converter = (operator, graph) => {
  const options = optionsOf(operator);
  const inputs = inputsOf(operator, 1).map((id) => graph.idOf(id));
  if (activationOf(options, CONCATENATION.activation) !== 'none') throw unsupported('it has a fused activation');
  const [output] = operator.outputs;
  const axis = axisOf(graph, output, options.int32(CONCATENATION.axis), operator);
  const to = graph.affine(output);
  const other = inputs.find((id) => {
    const { scale, zeroPoint } = graph.tensor(id).quant!;
    return scale[0] !== to.scale[0] || zeroPoint[0] !== to.zeroPoint[0];
  });
  if (other !== undefined)
    throw unsupported(`its input '${graph.tensor(other).name}' has another scale than its output`);
  return { kind: 'concatenation', input: inputs[0], inputs, axis };
};

/** An axis of the file as one of ours. */
export function axisOf(graph: GraphMaker, index: number, axis: number, operator: TfliteOperator): number {
  const rank = graph.source(index).shape.length;
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank)
    throw invalid(`operator ${operator.index} (${operator.code}) names the axis ${axis}`);
  const own = positive - graph.leadingAxes(index);
  if (own < 0) throw unsupported('it works along the batch axis');
  return own;
}

export const pad: Converter = (operator, graph) => {
  const [x, paddings] = inputsOf(operator, 2);
  const pairs = graph.integers(paddings);
  const rank = graph.source(x).shape.length;
  if (pairs.length !== 2 * rank || pairs.some((n) => n < 0)) {
    throw invalid(`operator ${operator.index} (PAD) has wrong paddings`);
  }
  const leading = graph.leadingAxes(x);
  if (leading === 1 && (pairs[0] !== 0 || pairs[1] !== 0)) throw unsupported('it pads the batch axis');
  const axes = Array.from({ length: rank - leading }, (_, k) => k + leading);
  return {
    kind: 'pad',
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    before: axes.map((k) => pairs[2 * k]),
    after: axes.map((k) => pairs[2 * k + 1]),
  };
};

/** The shape is the output's; where the operator has it as a second input, that is not looked at. */
export const reshape: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  return { kind: 'reshape', input: graph.idOf(x), inputs: [graph.idOf(x)] };
};

/** A view of `x` (place of its first value, stride and size of each axis) as the shape of output `k` of the operator. */
function view(
  graph: GraphMaker,
  operator: TfliteOperator,
  x: number,
  offset: number,
  axes: readonly (readonly [size: number, stride: number])[],
  k = 0,
): Converted {
  const input = graph.idOf(x);
  const kept = axes.filter(([size]) => size !== 1);
  const used = kept.length === 0 ? [[1, 0] as const] : kept;
  const [shape, strides] = [used.map(([size]) => size), used.map(([, stride]) => stride)];
  const wanted = graph.shape(operator.outputs[k]);
  if (elementCount(shape) !== elementCount(wanted) || elementCount(shape) === 0) {
    throw invalid(`operator ${operator.index} (${operator.code}) does not give [${wanted.join(', ')}]`);
  }
  const copy: Converted = { kind: 'strided_copy', input, inputs: [input], offset, strides };
  if (String(shape) === String(wanted)) return copy;
  const between = graph.between(copy, shape, graph.affine(operator.outputs[k]));
  return { kind: 'reshape', input: between, inputs: [between] };
}

/** Shape and strides of the file's tensor, batch axis included. */
function layout(
  graph: GraphMaker,
  index: number,
): { readonly shape: readonly number[]; readonly strides: readonly number[] } {
  const { shape } = graph.source(index);
  return { shape, strides: stridesOf(shape) };
}

export const transpose: Converter = (operator, graph) => {
  const [x, permutation] = inputsOf(operator, 2);
  const { shape, strides } = layout(graph, x);
  const order = graph.integers(permutation);
  if (String([...order].sort((a, b) => a - b)) !== String(shape.map((_, k) => k))) {
    throw invalid(`operator ${operator.index} (TRANSPOSE) has the permutation ${order.join(', ')}`);
  }
  return view(
    graph,
    operator,
    x,
    0,
    order.map((axis) => [shape[axis], strides[axis]] as const),
  );
};

export const stridedSlice: Converter = (operator, graph) => {
  const [x, ...limits] = inputsOf(operator, 4);
  const options = optionsOf(operator);
  const { shape, strides } = layout(graph, x);
  const [begin, end, step] = limits.map((index) => graph.integers(index));
  if (options.int32(STRIDED_SLICE.ellipsisMask) !== 0 || options.int32(STRIDED_SLICE.newAxisMask) !== 0) {
    throw unsupported('it has an ellipsis or a new axis');
  }
  if (begin.length > shape.length || [begin, end, step].some((l) => l.length !== begin.length) || step.includes(0)) {
    throw invalid(`operator ${operator.index} (STRIDED_SLICE) has wrong limits`);
  }
  const masked = (id: number, k: number): boolean => ((options.int32(id) >> k) & 1) === 1;
  let offset = 0;
  const axes = shape.map((size, k) => {
    if (k >= begin.length) return [size, strides[k]] as const;
    const by = step[k];
    const inside = (n: number): number => {
      const from = n < 0 ? n + size : n;
      return by > 0 ? Math.max(0, Math.min(size, from)) : Math.max(-1, Math.min(size - 1, from));
    };
    const first = masked(STRIDED_SLICE.beginMask, k) ? (by > 0 ? 0 : size - 1) : inside(begin[k]);
    const stop = masked(STRIDED_SLICE.endMask, k) ? (by > 0 ? size : -1) : inside(end[k]);
    const shrinks = masked(STRIDED_SLICE.shrinkMask, k);
    offset += first * strides[k];
    return [shrinks ? 1 : Math.max(0, Math.ceil((stop - first) / by)), by * strides[k]] as const;
  });
  return view(graph, operator, x, offset, axes);
};

export const slice: Converter = (operator, graph) => {
  const [x, begins, sizes] = inputsOf(operator, 3);
  const { shape, strides } = layout(graph, x);
  const [begin, size] = [graph.integers(begins), graph.integers(sizes)];
  const fits = (k: number): boolean => begin[k] >= 0 && size[k] >= -1 && begin[k] + Math.max(0, size[k]) <= shape[k];
  if (begin.length !== shape.length || size.length !== shape.length || !shape.every((_, k) => fits(k))) {
    throw invalid(`operator ${operator.index} (SLICE) has wrong limits`);
  }
  const offset = begin.reduce((n, first, k) => n + first * strides[k], 0);
  return view(
    graph,
    operator,
    x,
    offset,
    shape.map((d, k) => [size[k] < 0 ? d - begin[k] : size[k], strides[k]] as const),
  );
};

/** Parts of the given sizes along one axis, one for each output. */
function parts(
  graph: GraphMaker,
  operator: TfliteOperator,
  x: number,
  axis: number,
  sizes: readonly number[],
): Converted[] {
  const { shape, strides } = layout(graph, x);
  const place = axis < 0 ? axis + shape.length : axis;
  if (sizes.length !== operator.outputs.length || sizes.reduce((n, d) => n + d, 0) !== shape[place]) {
    throw invalid(`operator ${operator.index} (${operator.code}) has parts that do not add up`);
  }
  let first = 0;
  return sizes.map((size, k) => {
    const offset = first * strides[place];
    first += size;
    return view(
      graph,
      operator,
      x,
      offset,
      shape.map((d, i) => [i === place ? size : d, strides[i]] as const),
      k,
    );
  });
}

export const split: Converter = (operator, graph) => {
  const [axis, x] = inputsOf(operator, 2);
  const [along] = graph.integers(axis);
  const { shape } = layout(graph, x);
  const count = optionsOf(operator).int32(SPLIT.count);
  const size = shape[along < 0 ? along + shape.length : along] / count;
  return parts(
    graph,
    operator,
    x,
    along,
    Array.from({ length: operator.outputs.length }, () => size),
  );
};

export const splitV: Converter = (operator, graph) => {
  const [x, sizes, axis] = inputsOf(operator, 3);
  const [along] = graph.integers(axis);
  const { shape } = layout(graph, x);
  const given = graph.integers(sizes);
  // One size may stand for what the others leave.
  const rest = (shape.at(along) ?? 0) - given.reduce((n, d) => n + Math.max(0, d), 0);
  const resolved = given.map((d) => (d === -1 ? rest : d));
  return parts(graph, operator, x, along, resolved);
};

export const unpack: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  return parts(
    graph,
    operator,
    x,
    optionsOf(operator).int32(UNPACK.axis),
    operator.outputs.map(() => 1),
  );
};

export const tile: Converter = (operator, graph) => {
  const [x, multiples] = inputsOf(operator, 2);
  const { shape, strides } = layout(graph, x);
  const times = graph.integers(multiples);
  if (times.length !== shape.length || times.some((n) => n < 1)) {
    throw invalid(`operator ${operator.index} (TILE) has the multiples ${times.join(', ')}`);
  }
  return view(
    graph,
    operator,
    x,
    0,
    shape.flatMap((d, k) => [[times[k], 0] as const, [d, strides[k]] as const]),
  );
};

/** Each place becomes a block of equal places: the output is a multiple of the input. */
export function resizeByCopies(
  graph: GraphMaker,
  operator: TfliteOperator,
  x: number,
  shape: readonly number[],
  to: readonly number[],
): Converted {
  const strides = stridesOf(shape);
  return view(graph, operator, x, 0, [
    [shape[0], strides[0]],
    [shape[1], strides[1]],
    [to[1] / shape[1], 0],
    [shape[2], strides[2]],
    [to[2] / shape[2], 0],
    [shape[3], 1],
  ]);
}

function blocks(operator: TfliteOperator, graph: GraphMaker): { x: number; shape: readonly number[]; block: number } {
  const [x] = inputsOf(operator, 1);
  const { shape } = layout(graph, x);
  const block = optionsOf(operator).int32(SPACE_DEPTH.block);
  if (shape.length !== 4 || block < 1)
    throw invalid(`operator ${operator.index} (${operator.code}) has blocks of ${block}`);
  return { x, shape, block };
}

export const spaceToDepth: Converter = (operator, graph) => {
  const { x, shape, block } = blocks(operator, graph);
  const [, height, width, channels] = shape;
  const row = width * channels;
  return view(graph, operator, x, 0, [
    [height / block, block * row],
    [width / block, block * channels],
    [block, row],
    [block * channels, 1],
  ]);
};

export const depthToSpace: Converter = (operator, graph) => {
  const { x, shape, block } = blocks(operator, graph);
  const [, height, width, channels] = shape;
  const deep = channels / (block * block);
  return view(graph, operator, x, 0, [
    [height, width * channels],
    [block, block * deep],
    [width, channels],
    [block * deep, 1],
  ]);
};
