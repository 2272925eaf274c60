import type { QuantizeOptions } from '../../ir/options.js';
import type { QuantParams } from '../../ir/quant-params.js';
import { roundHalfAway } from '../../ir/quantize-input.js';
import { BIAS_LIMIT, MIN_SCALE } from './limits.js';

/** Weights and biases of a layer as integers. */
export interface QuantizedWeights {
  readonly weights: Int8Array;
  readonly weightQuant: QuantParams;
  readonly bias: Int32Array | null;
  readonly biasQuant: QuantParams | null;
}

interface FloatWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array | null;
  /** Output channels. */
  readonly channels: number;
  /** Where they stand in the weights' shape: 0 is the first axis, any other the last. */
  readonly channelAxis: number;
}

/**
 * Symmetric int8 weights in [-127, 127], one scale per output channel or one for all, and int32 biases in units of
 * input scale times weight scale.
 *
 * A scale is max|w| / 127 unless that makes the bias leave its 31 bits: then it is just coarse enough for the bias,
 * which dominates such a channel. A channel of zeros takes the layer's coarsest scale, so that its bias is as precise
 * as its neighbours'.
 */
export function symmetricInt8(
  constants: FloatWeights,
  inputScale: number,
  granularity: QuantizeOptions['weights'],
): QuantizedWeights {
  const channelOf = channelIndex(constants);
  const channelScale = scales(constants, inputScale, granularity);
  const scaleOf = (o: number): number => channelScale[channelScale.length === 1 ? 0 : o];
  const axis = granularity === 'per-channel' ? constants.channelAxis : null;
  const zeroPoint = channelScale.map(() => 0);
  const weights = new Int8Array(constants.weights.length);
  for (let i = 0; i < weights.length; i++) {
    const q = roundHalfAway(constants.weights[i] / scaleOf(channelOf(i)));
    weights[i] = Math.max(-127, Math.min(127, q));
  }
  const weightQuant: QuantParams = { scale: channelScale, zeroPoint, axis };
  if (constants.bias === null) return { weights, weightQuant, bias: null, biasQuant: null };
  const biasScale = channelScale.map((s) => Math.fround(inputScale * s));
  const biasScaleOf = (o: number): number => biasScale[biasScale.length === 1 ? 0 : o];
  const bias = Int32Array.from(constants.bias, (b, o) => roundHalfAway(b / biasScaleOf(o)));
  return { weights, weightQuant, bias, biasQuant: { scale: biasScale, zeroPoint, axis: axis === null ? null : 0 } };
}

/** The channel of weight `i`. */
function channelIndex({ weights, channels, channelAxis }: FloatWeights): (i: number) => number {
  const each = weights.length / channels;
  return channelAxis === 0 ? (i) => Math.floor(i / each) : (i) => i % channels;
}

function scales(c: FloatWeights, inputScale: number, granularity: QuantizeOptions['weights']): number[] {
  const channelOf = channelIndex(c);
  const peaks = new Float64Array(c.channels);
  c.weights.forEach((w, i) => {
    const o = channelOf(i);
    peaks[o] = Math.max(peaks[o], Math.abs(w));
  });
  const fromWeights = Array.from(peaks, (peak) => peak / 127);
  const fromBias = fromWeights.map((_, o) => (c.bias === null ? 0 : Math.abs(c.bias[o]) / (inputScale * BIAS_LIMIT)));
  const coarsest = Math.max(...fromWeights);
  // A whole layer of zeros: one unit of accumulator per unit of input is as good as any.
  const forZeros = coarsest > 0 ? coarsest : 1;
  const channels = fromWeights.map((s, o) => Math.max(s > 0 ? s : forZeros, fromBias[o]));
  const chosen =
    granularity === 'per-channel' ? channels : [Math.max(...(coarsest > 0 ? fromWeights : [1]), ...fromBias)];
  return chosen.map((s) => Math.fround(Math.max(MIN_SCALE, s)));
}
