import { unpackInt4 } from '../../ir/int4.js';
import { elementCount } from '../../ir/tensor.js';
import { invalid, unsupported } from './errors.js';
import { checkScales, constantBytes, type GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';

/** Weights and bias of an operator in the new graph. */
export interface ImportedWeights {
  readonly id: number;
  readonly bias: number | null;
  /** One for each output channel. */
  readonly channelScales: readonly number[];
  readonly perChannel: boolean;
}

/**
 * Reads inputs 1 and 2 of a convolution or dense layer.
 * @param axis of the output channels in `shape`, ours
 * @param storedAxis the same in the file
 */
export function readWeights(
  graph: GraphMaker,
  operator: TfliteOperator,
  shape: readonly number[],
  axis: number,
  storedAxis: number,
): ImportedWeights {
  const [x, w, b = -1] = operator.inputs;
  const tensor = graph.source(w);
  const { name, type, quantization } = tensor;
  if (type !== 'int8' && type !== 'int4') {
    throw unsupported(`the weights '${name}' are ${type}, not int8 or int4`, { tensor: name, type });
  }
  if (quantization === null) throw unsupported(`the weights '${name}' are not quantized`, { tensor: name });
  const { scale, zeroPoint } = quantization;
  checkScales(name, scale);
  if (zeroPoint.some((z) => z !== 0)) throw unsupported(`the weights '${name}' have a zero point other than 0`);
  const channels = shape[axis];
  const perChannel = scale.length > 1;
  if (perChannel && scale.length !== channels) {
    throw invalid(`the weights '${name}' have ${scale.length} scales for ${channels} channels`);
  }
  if (perChannel && quantization.axis !== storedAxis) {
    throw unsupported(`the weights '${name}' have their scales along axis ${quantization.axis}, not ${storedAxis}`);
  }
  const data = new Int8Array(constantBytes(tensor, type === 'int4' ? 0.5 : 1));
  const inputScale = graph.affine(x).scale[0];
  const id = graph.put({
    name,
    shape,
    dtype: type,
    role: 'weight',
    quant: { scale, zeroPoint: scale.map(() => 0), axis: perChannel ? axis : null },
    data: type === 'int4' ? unpackInt4(data, elementCount(shape)) : data,
  });
  return {
    id,
    bias:
      b < 0
        ? null
        : readBias(
            graph,
            b,
            channels,
            scale.map((s) => Math.fround(inputScale * s)),
          ),
    channelScales: perChannel ? scale : Array.from({ length: channels }, () => scale[0]),
    perChannel,
  };
}

/** The bias counts in units of input scale times weight scale, whatever the file's own note of its scale says. */
function readBias(graph: GraphMaker, index: number, channels: number, scale: readonly number[]): number {
  const tensor = graph.source(index);
  const { name, type } = tensor;
  if (type !== 'int32') throw unsupported(`the bias '${name}' is ${type}, not int32`, { tensor: name, type });
  const bytes = constantBytes(tensor, 4);
  if (bytes.length !== 4 * channels)
    throw invalid(`the bias '${name}' has ${bytes.length / 4} values for ${channels} channels`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return graph.put({
    name,
    shape: [channels],
    dtype: 'int32',
    role: 'bias',
    quant: { scale, zeroPoint: scale.map(() => 0), axis: scale.length > 1 ? 0 : null },
    data: Int32Array.from({ length: channels }, (_, k) => view.getInt32(4 * k, true)),
  });
}
