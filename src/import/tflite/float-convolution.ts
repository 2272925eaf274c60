import type { Activation } from '../../ir/graph.js';
import type { Padding, Pair } from '../../ir/model-spec.js';
import { inputsOf, optionsOf } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { FloatGraphReader } from './float-layers.js';
import { checkWindow, fusedOf, padded } from './float-window.js';
import type { TfliteOperator } from './read-model.js';
import { CONV_2D, DEPTHWISE } from './schema.js';
import { dilatedWindow, paddingOf } from './window.js';

/** CONV_2D and DEPTHWISE_CONV_2D; groups of one channel are a depthwise convolution too. */
export function readConvolution(operator: TfliteOperator, reader: FloatGraphReader): string {
  const [x, w, b = -1] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const depthwise = operator.code === 'DEPTHWISE_CONV_2D';
  const ids = depthwise ? DEPTHWISE : CONV_2D;
  const { shape } = reader.tensor(w);
  if (shape.length !== 4)
    throw invalid(`operator ${operator.index} (${operator.code}) has weights [${shape.join(', ')}]`);
  const [out, kh, kw, depth] = shape;
  const image = samplesOf(operator, reader, x, kh);
  const channels = reader.shape(image).at(-1)!;
  const kernel = [kh, kw] as const;
  const strides: Pair = [options.int32(ids.strideH), options.int32(ids.strideW)];
  const given: Pair = [options.int32(ids.dilationH, 1), options.int32(ids.dilationW, 1)];
  checkWindow(operator, [...kernel, ...strides, ...given]);
  const padding = paddingOf(options, ids.padding, operator);
  const window = placed(operator, reader, image, { kernel, strides, dilation: given, padding });
  const common = { ...window.spec, activation: fusedOf(operator, ids.activation) as Activation, bias: b >= 0 };
  const weights = reader.floats(w);
  const bias = b < 0 ? {} : { bias: reader.floats(b) };
  if (depthwise) {
    if (depth % channels !== 0)
      throw invalid(`operator ${operator.index} has ${depth} outputs of ${channels} channels`);
    const spec = { type: 'depthwise_conv_2d', multiplier: depth / channels, ...common } as const;
    return reader.put(spec, [window.from], { weights, ...bias });
  }
  if (depth === channels) {
    return reader.put({ type: 'conv_2d', filters: out, ...common }, [window.from], { weights, ...bias });
  }
  if (depth !== 1 || out % channels !== 0)
    throw unsupported(`it has groups of ${depth} channels: import the model quantized to int8`);
  const taps = kh * kw;
  const arranged = weights.map((_, k) => weights[(k % out) * taps + Math.floor(k / out)]);
  const spec = { type: 'depthwise_conv_2d', multiplier: out / channels, ...common } as const;
  return reader.put(spec, [window.from], { weights: arranged, ...bias });
}

/** An image; Conv1D that is dilated by moves has one axis of places, and its kernel says which of ours. */
function samplesOf(operator: TfliteOperator, reader: FloatGraphReader, x: number, kernelHeight: number): string {
  const from = reader.nameOf(x);
  const shape = reader.shape(from);
  if (shape.length === 3) return from;
  if (operator.dilated?.block.length !== 1 || shape.length !== 2) throw unsupported('it takes no image');
  return reader.reshaped(from, kernelHeight === 1 ? [1, ...shape] : [shape[0], 1, shape[1]]);
}

interface WindowSpec {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation?: Pair;
  readonly padding: Padding;
}

function placed(
  operator: TfliteOperator,
  reader: FloatGraphReader,
  from: string,
  given: WindowSpec & { readonly dilation: Pair },
): { readonly from: string; readonly spec: WindowSpec } {
  const { kernel, strides } = given;
  if (operator.dilated === undefined) return { from, spec: withDilation(given) };
  if (given.padding !== 'valid' || [...strides, ...given.dilation].some((n) => n !== 1)) {
    throw unsupported('it is dilated by SPACE_TO_BATCH_ND and has strides or padding of its own');
  }
  const { dilation, pad } = dilatedWindow(kernel, operator.dilated);
  checkWindow(operator, dilation);
  const frame = padded(reader, from, { kernel, strides, dilation }, pad);
  return { from: frame.from, spec: withDilation({ kernel, strides, dilation, padding: frame.padding }) };
}

function withDilation({ dilation, ...window }: WindowSpec & { readonly dilation: Pair }): WindowSpec {
  return dilation.every((n) => n === 1) ? window : { ...window, dilation };
}
