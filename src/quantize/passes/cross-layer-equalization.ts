import { opInputs, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import { activationOf, readerCounts, weightsOf } from './graph-edit.js';

/** A layer of weights: where they are, and how channels lie in them. */
interface Weighted {
  readonly weights: number;
  readonly bias: number | null;
  readonly outputChannels: number;
  /** The output channel of weight `i`, and the input channel, out of `inputChannels`, that it multiplies. */
  outputOf(i: number): number;
  inputOf(i: number, inputChannels: number): number;
}

interface Pair {
  readonly below: Weighted;
  readonly above: Weighted;
}

/** Passes over all pairs, at most; a chain of layers has settled long before. */
const ROUNDS = 50;
const SETTLED = 1e-4;

/**
 * Cross-layer equalization (Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019): where
 * one layer of weights feeds another through none or relu, with pools and reshapes between, channel i of the first is divided by
 * s_i = sqrt(r_i / t_i) and the second multiplies it back; r_i and t_i are the largest weights of that channel on either
 * side. Both sides then use int8 alike. relu6, tables and tensors with several readers stop it. The float network computes the
 * same, up to the rounding of float32. Computed in double, rounded once.
 */
export function equalizeLayers(graph: FloatGraph): FloatGraph {
  const pairs = findPairs(graph);
  const changed = new Map<number, Float64Array>();
  const values = (id: number): Float64Array => {
    let array = changed.get(id);
    if (array === undefined) changed.set(id, (array = Float64Array.from(graph.tensors[id].data as Float32Array)));
    return array;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const moves = pairs.map((pair) => equalize(pair, values));
    if (Math.max(0, ...moves) < SETTLED) break;
  }
  const tensors = graph.tensors.map((tensor) => {
    const data = changed.get(tensor.id);
    return data === undefined ? tensor : { ...tensor, data: Float32Array.from(data) };
  });
  return { ...graph, tensors };
}

/** Brings one pair to the same ranges; the largest change of a scale, as |ln s|. */
function equalize({ below, above }: Pair, values: (id: number) => Float64Array): number {
  const channels = below.outputChannels;
  const [first, second] = [values(below.weights), values(above.weights)];
  const r = new Float64Array(channels);
  const t = new Float64Array(channels);
  first.forEach((w, i) => {
    r[below.outputOf(i)] = Math.max(r[below.outputOf(i)], Math.abs(w));
  });
  second.forEach((w, i) => {
    t[above.inputOf(i, channels)] = Math.max(t[above.inputOf(i, channels)], Math.abs(w));
  });
  // A channel that is all zeros on one side has no range to give.
  const s = r.map((range, c) => (range > 0 && t[c] > 0 ? Math.sqrt(range / t[c]) : 1));
  first.forEach((w, i) => (first[i] = w / s[below.outputOf(i)]));
  if (below.bias !== null) {
    const bias = values(below.bias);
    bias.forEach((b, c) => (bias[c] = b / s[c]));
  }
  second.forEach((w, i) => (second[i] = w * s[above.inputOf(i, channels)]));
  return s.reduce((most, scale) => Math.max(most, Math.abs(Math.log(scale))), 0);
}

function findPairs(graph: FloatGraph): Pair[] {
  const readers = readerCounts(graph);
  return graph.ops.flatMap((op): Pair[] => {
    const below = weightedOf(op, graph);
    const activation = activationOf(op);
    if (below === null || (activation !== 'none' && activation !== 'relu')) return [];
    const above = followUp(graph, readers, op, below.outputChannels);
    return above === null ? [] : [{ below, above }];
  });
}

/** The layer of weights that alone reads `op`, over what handles each channel by itself and scales with it. */
function followUp(
  graph: FloatGraph,
  readers: ReadonlyMap<number, number>,
  op: FloatOp,
  channels: number,
): Weighted | null {
  let { output } = op;
  // A reshape that breaks the channel axis up leaves only the order of the values, which dense layers go by.
  let images = true;
  for (;;) {
    const next = readers.get(output) === 1 ? graph.ops.find((other) => opInputs(other).includes(output)) : undefined;
    if (next === undefined) return null;
    const weighted = weightedOf(next, graph);
    if (weighted !== null) return images || next.kind === 'fully_connected' ? weighted : null;
    switch (next.kind) {
      case 'max_pool_2d':
      case 'average_pool_2d':
      case 'global_average_pool_2d':
        if (!images) return null;
        break;
      case 'reshape':
      case 'flatten':
        images &&= graph.tensors[next.output].shape.at(-1) === channels;
        break;
      default:
        return null;
    }
    output = next.output;
  }
}

function weightedOf(op: FloatOp, graph: FloatGraph): Weighted | null {
  const constants = weightsOf(op);
  if (constants === null) return null;
  const { weights, bias } = constants;
  const { shape } = graph.tensors[weights];
  if (op.kind === 'depthwise_conv_2d') {
    const outputChannels = shape[2];
    const outputOf = (i: number): number => i % outputChannels;
    // The channels that one input channel makes stand together.
    const inputOf = (i: number, inputs: number): number => Math.floor((outputOf(i) * inputs) / outputChannels);
    return { weights, bias, outputChannels, outputOf, inputOf };
  }
  const each = shape.slice(1).reduce((n, d) => n * d, 1);
  const outputOf = (i: number): number => Math.floor(i / each);
  // Dense or not: the channel runs fastest within an output's weights.
  return { weights, bias, outputChannels: shape[0], outputOf, inputOf: (i, inputs) => (i % each) % inputs };
}
