import { writeTflite } from '../../src/import/tflite/write-model.js';
import { Rng } from '../../src/util/rng.js';
import { FURTHER_ENDS, FURTHER_STEPS, FurtherNet } from './further-operators.js';
import { Net } from './random-operators.js';

type Step = (net: Net, at: number) => number | null;

/** Steps that a random network is made of, by name. */
export const STEPS: Readonly<Record<string, Step>> = {
  conv_2d: (net, at) => net.convolution(at, 'CONV_2D'),
  depthwise_conv_2d: (net, at) => net.convolution(at, 'DEPTHWISE_CONV_2D'),
  grouped_conv_2d: (net, at) => net.convolution(at, 'CONV_2D', true),
  transpose_conv: (net, at) => net.transposeConvolution(at),
  dense_rows: (net, at) => net.dense(at, true),
  average_pool_2d: (net, at) => net.pool(at, 'AVERAGE_POOL_2D'),
  max_pool_2d: (net, at) => net.pool(at, 'MAX_POOL_2D'),
  add: (net, at) => net.arithmetic(at, 'ADD'),
  sub: (net, at) => net.arithmetic(at, 'SUB'),
  mul: (net, at) => net.arithmetic(at, 'MUL'),
  maximum: (net, at) => net.arithmetic(at, 'MAXIMUM'),
  minimum: (net, at) => net.arithmetic(at, 'MINIMUM'),
  prelu: (net, at) => net.prelu(at),
  concatenation: (net, at) => net.concatenation(at),
  pad: (net, at) => net.pad(at),
  pad_v2: (net, at) => net.pad(at, true),
  mirror_pad: (net, at) => net.mirrorPad(at),
  gather: (net, at) => net.gather(at),
  reverse: (net, at) => net.reverse(at),
  pack: (net, at) => net.pack(at),
  transpose: (net, at) => net.transpose(at),
  strided_slice: (net, at) => net.stridedSlice(at),
  slice: (net, at) => net.slice(at),
  split: (net, at) => net.split(at),
  resize_nearest: (net, at) => net.resize(at),
  depth_to_space: (net, at) => net.depthToSpace(at),
  space_to_depth: (net, at) => net.spaceToDepth(at),
  softmax: (net, at) => net.unary(at, 'SOFTMAX', { scale: 1 / 256, zeroPoint: -128 }),
  logistic: (net, at) => net.unary(at, 'LOGISTIC', { scale: 1 / 256, zeroPoint: -128 }),
  tanh: (net, at) => net.unary(at, 'TANH', { scale: 1 / 128, zeroPoint: 0 }),
  relu: (net, at) => net.unary(at, 'RELU', net.near(at)),
  relu6: (net, at) => net.unary(at, 'RELU6', net.quant(at)),
  leaky_relu: (net, at) => net.unary(at, 'LEAKY_RELU', net.near(at)),
  hard_swish: (net, at) => net.unary(at, 'HARD_SWISH', net.near(at)),
  abs: (net, at) => net.unary(at, 'ABS', net.below(3) === 0 ? net.quant(at) : net.near(at)),
  elu: (net, at) => net.unary(at, 'ELU', net.near(at)),
  quantize: (net, at) => net.unary(at, 'QUANTIZE', net.near(at)),
  border: (net, at) => net.border(at),
};

/** How a random network ends. */
export const ENDS: Readonly<Record<string, Step>> = {
  dense: (net, at) => net.dense(net.flat(at), false),
  softmax: (net, at) => net.unary(net.dense(net.flat(at), false), 'SOFTMAX', { scale: 1 / 256, zeroPoint: -128 }),
  mean: (net, at) => net.reduce(at, 'MEAN'),
  sum: (net, at) => net.reduce(at, 'SUM'),
  reduce_max: (net, at) => net.reduce(at, 'REDUCE_MAX'),
  reduce_min: (net, at) => net.reduce(at, 'REDUCE_MIN'),
  image: (_net, at) => at,
};

export interface RandomTflite {
  readonly file: Uint8Array;
  readonly codes: readonly string[];
}

/**
 * A random int8 model as a .tflite file: an image or two, three to seven steps, and one end or two. Scales fill the range of int8, zero
 * points stand at its ends too. Step `seed` of the list comes first, so that every one has its turn. Nothing but whole
 * numbers and quotients goes into it: same seed, same bytes on every machine.
 */
export function randomTflite(seed: number): RandomTflite {
  return draw(
    new Net(new Rng(seed)),
    seed,
    Object.keys(STEPS).filter((name) => name !== 'border'),
  );
}

/** The same with int4 weights in about half of the layers that have weights; one of those comes first. */
export function randomInt4Tflite(seed: number): RandomTflite {
  return draw(new Net(new Rng(1000 + seed), true), seed, ['conv_2d', 'depthwise_conv_2d', 'dense_rows', 'pad', 'relu']);
}

/** Steps of networks with int16 activations; `border` changes to int8 and back. */
const INT16_STEPS = [
  'conv_2d',
  'depthwise_conv_2d',
  'dense_rows',
  'average_pool_2d',
  'max_pool_2d',
  'add',
  'sub',
  'mul',
  'maximum',
  'minimum',
  'concatenation',
  'pad',
  'transpose',
  'strided_slice',
  'slice',
  'softmax',
  'logistic',
  'tanh',
  'relu',
  'relu6',
  'quantize',
  'border',
];

/** The same with int16 activations, int8 weights and biases of int64 or int32; some begin or go on in int8. */
export function randomInt16Tflite(seed: number): RandomTflite {
  const ends = ['dense', 'softmax', 'mean', 'image'];
  return draw(new Net(new Rng(2000 + seed), false, true), seed, INT16_STEPS, ends);
}

/** Every second step one of {@link FURTHER_STEPS}, the first one too. */
export function randomFurtherTflite(seed: number): RandomTflite {
  const further = Object.keys(FURTHER_STEPS);
  const others = ['conv_2d', 'dense_rows', 'add', 'mul', 'transpose', 'max_pool_2d', 'relu', 'pad'];
  const names = Array.from({ length: 2 * further.length }, (_, k) =>
    k < further.length ? further[k] : others[k % others.length],
  );
  return draw(
    new FurtherNet(new Rng(3000 + seed)),
    seed,
    names,
    [...Object.keys(ENDS), ...Object.keys(FURTHER_ENDS)],
    further.length,
  );
}

/** @param turns the first step is one of so many names, each in its turn */
function draw(
  net: Net,
  seed: number,
  names: readonly string[],
  ends = Object.keys(ENDS),
  turns = names.length,
): RandomTflite {
  const isWide = net.isWide();
  let at = isWide ? net.onlyImage() : net.start();
  const count = net.between(3, 7);
  for (let k = 0; k < count; k++) {
    const name = names[k === 0 ? seed % turns : net.below(names.length)];
    at = stepOf(net, name, at) ?? at;
  }
  // Several inputs or outputs are one vector of int8.
  const made = [0, ...(!isWide && net.below(5) === 0 ? [1] : [])].map(
    () => endOf(net, ends[net.below(ends.length)], at) ?? at,
  );
  return { file: writeTflite(net.model([...new Set(made)])), codes: net.codes() };
}

function stepOf(net: Net, name: string, at: number): number | null {
  return net instanceof FurtherNet && name in FURTHER_STEPS ? FURTHER_STEPS[name](net, at) : STEPS[name](net, at);
}

function endOf(net: Net, name: string, at: number): number | null {
  return net instanceof FurtherNet && name in FURTHER_ENDS ? FURTHER_ENDS[name](net, at) : ENDS[name](net, at);
}
