import type { FusedActivation, Window } from '../../ir/integer-ops.js';
import { requantizeFactor } from '../../ir/requantize.js';
import {
  activationOf,
  affine,
  fused,
  inputsOf,
  optionsOf,
  requantizeTo,
  type Converted,
  type Converter,
} from './converter.js';
import type { ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { CONV_2D, DEPTHWISE, TRANSPOSE_CONV } from './schema.js';
import { readWeights, type WeightLayout } from './weights.js';
import { image, paddingOf, windowOf } from './window.js';

export const depthwise: Converter = (operator, graph) => {
  const [x, w] = inputsOf(operator, 2);
  const stored = weightShape(operator, graph, w);
  const { shape, input } = samplesOf(operator, graph, x, stored[1]);
  if (stored[0] !== 1) throw invalid(`operator ${operator.index} has weights [${stored.join(', ')}]`);
  const options = optionsOf(operator);
  const window = windowOf(options, DEPTHWISE, [stored[1], stored[2]], shape, operator);
  const layout = { shape: stored.slice(1), axis: 2, storedAxis: 3 };
  const activation = activationOf(options, DEPTHWISE.activation);
  const op = convolved('depthwise_conv_2d', operator, graph, x, input, { layout, window, activation });
  return asOutput(operator, graph, op, shape, window, stored[3]);
};

/** Groups of one channel are a depthwise convolution; other groups a convolution each, over the channels of their own. */
export const convolution: Converter = (operator, graph) => {
  const [x, w] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const [out, kh, kw, depth] = weightShape(operator, graph, w);
  const { shape, input } = samplesOf(operator, graph, x, kh);
  const groups = shape[2] / depth;
  const own = out / groups;
  if (!Number.isInteger(groups) || !Number.isInteger(own)) {
    throw invalid(`operator ${operator.index} has ${shape[2]} channels for weights of ${depth} and ${out} outputs`);
  }
  const window = windowOf(options, CONV_2D, [kh, kw], shape, operator);
  const activation = activationOf(options, CONV_2D.activation);
  if (groups === 1) {
    const layout = { shape: [out, kh, kw, depth], axis: 0, storedAxis: 0 };
    const op = convolved('conv_2d', operator, graph, x, input, { layout, window, activation });
    return asOutput(operator, graph, op, shape, window, out);
  }
  if (operator.dilated !== undefined) throw unsupported('it has groups and is dilated by SPACE_TO_BATCH_ND');
  if (depth === 1) {
    const arrange = (stored: Int8Array): Int8Array =>
      Int8Array.from(stored, (_, k) => stored[(k % out) * kh * kw + Math.floor(k / out)]);
    const layout = { shape: [kh, kw, out], axis: 2, storedAxis: 0, arrange };
    return convolved('depthwise_conv_2d', operator, graph, x, input, { layout, window, activation });
  }
  const strides = [shape[1] * shape[2], shape[2], 1];
  const [rows, columns] = graph.shape(operator.outputs[0]);
  const parts = Array.from({ length: groups }, (_, g) => {
    const channels = Array.from({ length: own }, (_unused, k) => g * own + k);
    const copy: Converted = { kind: 'strided_copy', input, inputs: [input], offset: g * depth, strides };
    const part = graph.between(copy, [shape[0], shape[1], depth], graph.affine(x));
    const layout = {
      shape: [own, kh, kw, depth],
      axis: 0,
      storedAxis: 0,
      channels,
      arrange: (stored: Int8Array) => stored.slice(g * own * kh * kw * depth, (g + 1) * own * kh * kw * depth),
    };
    const op = convolved('conv_2d', operator, graph, x, part, { layout, window, activation });
    return graph.between(op, [rows, columns, own], graph.affine(operator.outputs[0]));
  });
  return graph.joined(parts, 2);
};

/** Height, width and channels. Conv1D that is dilated by moves has one axis of places; its kernel says which of ours. */
function samplesOf(
  operator: TfliteOperator,
  graph: GraphMaker,
  x: number,
  kernelHeight: number,
): { readonly shape: readonly number[]; readonly input: number } {
  const own = graph.source(x).shape;
  if (operator.dilated?.block.length !== 1 || own.length !== 3 || own[0] !== 1) {
    return { shape: image(graph, x), input: graph.idOf(x) };
  }
  const shape = kernelHeight === 1 ? [1, own[1], own[2]] : [own[1], 1, own[2]];
  return { shape, input: graph.reshaped(graph.idOf(x), shape) };
}

/** Under the shape of the file where that has an axis less. */
function asOutput(
  operator: TfliteOperator,
  graph: GraphMaker,
  op: Converted,
  [height, width]: readonly number[],
  { kernel, strides, dilation, pad }: Window,
  channels: number,
): Converted {
  if (graph.shape(operator.outputs[0]).length === 3 || operator.dilated === undefined) return op;
  const places = [height + pad.top + pad.bottom, width + pad.left + pad.right].map(
    (size, k) => Math.floor((size - (kernel[k] - 1) * dilation[k] - 1) / strides[k]) + 1,
  );
  const id = graph.between(op, [...places, channels], graph.affine(operator.outputs[0]));
  return { kind: 'reshape', input: id, inputs: [id] };
}

function weightShape(operator: TfliteOperator, graph: GraphMaker, w: number): readonly number[] {
  const { shape } = graph.source(w);
  if (shape.length === 4) return shape;
  throw invalid(`operator ${operator.index} (${operator.code}) has weights [${shape.join(', ')}]`);
}

interface Parts {
  readonly layout: WeightLayout;
  readonly window: Window;
  readonly activation: ClampActivation;
}

/** @param x the samples in the file, for their scale; `input` the tensor of ours that is read */
function convolved(
  kind: 'conv_2d' | 'depthwise_conv_2d',
  operator: TfliteOperator,
  graph: GraphMaker,
  x: number,
  input: number,
  { layout, window, activation }: Parts,
): Converted {
  const weights = readWeights(graph, operator, x, layout);
  const [from, to] = [affine(graph, x), affine(graph, operator.outputs[0])];
  const activated: FusedActivation = fused(activation);
  const factors = weights.channelScales.map((s) => requantizeFactor(from.scale, s, to.scale));
  return {
    kind,
    input,
    inputs: [input],
    weights: weights.id,
    bias: weights.bias,
    window,
    activation: activated,
    requantize: requantizeTo(graph, operator.outputs[0], activation, factors, weights.multiplierBits),
  };
}

/** How one axis of a transposed convolution is convolved. */
interface Phases {
  readonly stride: number;
  readonly kernel: number;
  /** Taps of the convolution. */
  readonly taps: number;
  /** Places that it computes, each of which becomes `stride` places. */
  readonly places: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** Of the places that come out, those before the first that is wanted. */
  readonly skip: number;
}

/**
 * Place y of the output adds w[k] * x[i] for all i * stride + k = y + pad. With y + pad = stride * q + p: k = p + stride * j
 * and i = q - j. So each phase p is a convolution over every stride-th tap, and all phases read the same window.
 */
function phasesOf(size: number, wanted: number, kernel: number, stride: number, same: boolean): Phases | null {
  const pad = same ? Math.max(0, (Math.ceil(wanted / stride) - 1) * stride + kernel - wanted) >> 1 : 0;
  const taps = Math.ceil(kernel / stride);
  const first = Math.floor(pad / stride);
  const last = Math.floor((wanted - 1 + pad) / stride);
  const [padBefore, padAfter] = [taps - 1 - first, last + 1 - size];
  if (padBefore < 0 || padAfter < 0) return null;
  return { stride, kernel, taps, places: last - first + 1, padBefore, padAfter, skip: pad - first * stride };
}

/** One convolution gives all phases as channels, and a copy lays them out. */
export const transposeConvolution: Converter = (operator, graph) => {
  const [, w, x] = inputsOf(operator, 3);
  const options = optionsOf(operator);
  const [height, width, channels] = image(graph, x);
  const [out, kh, kw, depth] = weightShape(operator, graph, w);
  const [tall, wide, last] = graph.shape(operator.outputs[0]);
  const strides = [options.int32(TRANSPOSE_CONV.strideH), options.int32(TRANSPOSE_CONV.strideW)];
  if (depth !== channels || last !== out || strides.some((n) => !(n > 0 && n < 256))) {
    throw invalid(`operator ${operator.index} (TRANSPOSE_CONV) has shapes or strides that do not fit`);
  }
  const same = paddingOf(options, TRANSPOSE_CONV.padding, operator) === 'same';
  const rows = phasesOf(height, tall, kh, strides[0], same);
  const columns = phasesOf(width, wide, kw, strides[1], same);
  if (rows === null || columns === null) {
    throw unsupported(`its output [${tall}, ${wide}] leaves out places of its input [${height}, ${width}]`);
  }
  const phases = strides[0] * strides[1];
  const taps = rows.taps * columns.taps * channels;
  const arrange = (stored: Int8Array): Int8Array => {
    const made = new Int8Array(phases * out * taps);
    for (let k = 0; k < kh * kw; k++) {
      const [y, z] = [Math.floor(k / kw), k % kw];
      const phase = (y % strides[0]) * strides[1] + (z % strides[1]);
      const row = rows.taps - 1 - Math.floor(y / strides[0]);
      const tap = row * columns.taps + columns.taps - 1 - Math.floor(z / strides[1]);
      for (let o = 0; o < out; o++) {
        const from = (o * kh * kw + k) * channels;
        made.set(stored.subarray(from, from + channels), (phase * out + o) * taps + tap * channels);
      }
    }
    return made;
  };
  const input = graph.idOf(x);
  const quant = graph.affine(operator.outputs[0]);
  const op = convolved('conv_2d', operator, graph, x, input, {
    layout: {
      shape: [phases * out, rows.taps, columns.taps, channels],
      axis: 0,
      storedAxis: 0,
      channels: Array.from({ length: phases * out }, (_, k) => k % out),
      arrange,
      places: [1, 3],
    },
    window: {
      kernel: [rows.taps, columns.taps],
      strides: [1, 1],
      dilation: [1, 1],
      pad: { top: rows.padBefore, bottom: rows.padAfter, left: columns.padBefore, right: columns.padAfter },
    },
    activation: activationOf(options, TRANSPOSE_CONV.activation),
  });
  if (phases === 1 && rows.skip + columns.skip === 0) return op;
  const all = graph.between(op, [rows.places, columns.places, phases * out], quant);
  // [places, phase, places, phase, out] in the order of memory.
  const place = columns.places * phases * out;
  const spread = [rows.places, strides[0], columns.places, strides[1] * out];
  const copy: Converted = {
    kind: 'strided_copy',
    input: all,
    inputs: [all],
    offset: 0,
    strides: [place, strides[1] * out, phases * out, 1],
  };
  const whole = graph.between(copy, spread, quant);
  if (rows.places * strides[0] === tall && columns.places * strides[1] === wide) {
    return { kind: 'reshape', input: whole, inputs: [whole] };
  }
  const line = columns.places * strides[1] * out;
  return {
    kind: 'strided_copy',
    input: whole,
    inputs: [whole],
    offset: rows.skip * line + columns.skip * out,
    strides: [line, out, 1],
  };
};
