import { unpackInt4 } from '../../ir/int4.js';
import { elementCount } from '../../ir/tensor.js';
import { invalid, unsupported } from './errors.js';
import { checkScales, constantBytes, type GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { CONV_2D, FULLY_CONNECTED, TYPES } from './schema.js';

/** Weights and bias of an operator in the new graph. */
export interface ImportedWeights {
  readonly id: number;
  readonly bias: number | null;
  /** One for each output channel. */
  readonly channelScales: readonly number[];
  readonly perChannel: boolean;
  /** As TFLite has it: 15 with sums of 64 bits, on int16 activations unless the bias is int32. */
  readonly multiplierBits: 15 | 31;
}

/** Where the weights of an operator stand in the file, and how they stand here. */
export interface WeightLayout {
  /** Ours. */
  readonly shape: readonly number[];
  /** Axis of the output channels in `shape`. */
  readonly axis: number;
  /** Axis of the output channels in the file. */
  readonly storedAxis: number;
  /** For each output channel of ours its channel in the file: all, one after the other, where it is absent. */
  readonly channels?: readonly number[];
  /** From the file's bytes to ours, where the order is another. */
  readonly arrange?: (stored: Int8Array) => Int8Array;
  /** Indices of weights and bias in the operator's inputs: 1 and 2 where absent. */
  readonly places?: readonly [number, number];
}

/** Reads weights and bias of a convolution or dense layer whose samples are its tensor `x`. */
export function readWeights(
  graph: GraphMaker,
  operator: TfliteOperator,
  x: number,
  layout: WeightLayout,
): ImportedWeights {
  const { shape, axis, storedAxis, places = [1, 2] } = layout;
  const w = operator.inputs[places[0]];
  const b = operator.inputs[places[1]] ?? -1;
  const tensor = graph.source(w);
  const { name, type, quantization } = tensor;
  if (type === 'int4' && graph.dtype(x) === 'int16') {
    throw unsupported(`the weights '${name}' are int4 on activations of int16`, { tensor: name, type });
  }
  if (type !== 'int8' && type !== 'int4') {
    throw unsupported(`the weights '${name}' are ${type}, not int8 or int4`, { tensor: name, type });
  }
  if (quantization === null) throw unsupported(`the weights '${name}' are not quantized`, { tensor: name });
  const { scale, zeroPoint } = quantization;
  checkScales(name, scale);
  if (zeroPoint.some((z) => z !== 0)) throw unsupported(`the weights '${name}' have a zero point other than 0`);
  const stored = tensor.shape[storedAxis];
  const perChannel = scale.length > 1;
  if (perChannel && scale.length !== stored) {
    throw invalid(`the weights '${name}' have ${scale.length} scales for ${stored} channels`);
  }
  if (perChannel && quantization.axis !== storedAxis) {
    throw unsupported(`the weights '${name}' have their scales along axis ${quantization.axis}, not ${storedAxis}`);
  }
  const packed = new Int8Array(constantBytes(tensor, type === 'int4' ? 0.5 : 1));
  const bytes = type === 'int4' ? unpackInt4(packed, elementCount(tensor.shape)) : packed;
  const inputScale = graph.affine(x).scale[0];
  const channels = layout.channels ?? Array.from({ length: shape[axis] }, (_, k) => k);
  const scales = perChannel ? channels.map((c) => scale[c]) : scale;
  // Channels may share scales and be one: that is still a scale for each.
  const each = perChannel ? scales : channels.map(() => scale[0]);
  const id = graph.put({
    name,
    shape,
    dtype: type,
    role: 'weight',
    quant: { scale: scales, zeroPoint: scales.map(() => 0), axis: perChannel ? axis : null },
    data: layout.arrange === undefined ? bytes : layout.arrange(bytes),
  });
  const biasScales = scales.map((s) => Math.fround(inputScale * s));
  const bias = b < 0 ? null : readBias(graph, b, stored, channels, biasScales);
  const multiplierBits = graph.dtype(x) === 'int16' && !sumsInInt32(graph, operator, b) ? 15 : 31;
  return { id, bias, channelScales: each, perChannel, multiplierBits };
}

/** Does TFLite sum the products of int16 activations in int32? Where the bias is int32, or would be if there were one. */
function sumsInInt32(graph: GraphMaker, { code, options }: TfliteOperator, bias: number): boolean {
  if (bias >= 0) return graph.source(bias).type === 'int32';
  const field = code === 'FULLY_CONNECTED' ? FULLY_CONNECTED.biasType : code === 'CONV_2D' ? CONV_2D.biasType : null;
  return field !== null && options !== null && TYPES[options.int8(field)] === 'int32';
}

/** The bias counts in units of input scale times weight scale, whatever the file's own note of its scale says. */
function readBias(
  graph: GraphMaker,
  index: number,
  stored: number,
  channels: readonly number[],
  scale: readonly number[],
): number {
  const tensor = graph.source(index);
  const { name, type } = tensor;
  if (type !== 'int32' && type !== 'int64') {
    throw unsupported(`the bias '${name}' is ${type}, not int32 or int64`, { tensor: name, type });
  }
  const each = type === 'int64' ? 8 : 4;
  const bytes = constantBytes(tensor, each);
  if (bytes.length !== each * stored) {
    throw invalid(`the bias '${name}' has ${bytes.length / each} values for ${stored} channels`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = Array.from({ length: stored }, (_, k) =>
    type === 'int64' ? Number(view.getBigInt64(8 * k, true)) : view.getInt32(4 * k, true),
  );
  const large = values.find((v) => Math.abs(v) >= 2 ** 31);
  if (large !== undefined) {
    throw unsupported(`the bias '${name}' reaches ${large}, beyond 32 bits`, { tensor: name });
  }
  return graph.put({
    name,
    shape: [channels.length],
    dtype: 'int32',
    role: 'bias',
    quant: { scale, zeroPoint: scale.map(() => 0), axis: scale.length > 1 ? 0 : null },
    data: Int32Array.from(channels, (c) => values[c]),
  });
}
