import { weightLevels } from '../../ir/ops/fake-quantize.js';
import type { QuantizeOptions, WeightBits } from '../../ir/options.js';
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

/** `range`: the largest weight is the largest integer. `mse`: the scale with the least squared error, which clips. */
export type WeightScale = 'range' | 'mse';

export interface WeightScheme {
  readonly granularity: QuantizeOptions['weights'];
  readonly bits: WeightBits;
  readonly scale: WeightScale;
}

/**
 * Symmetric weights in [-127, 127] or, of four bits, in [-7, 7], one scale per output channel or one for all, and int32
 * biases in units of input scale times weight scale.
 *
 * A scale is max|w| / 127, or as `scheme.scale` says, unless that makes the bias leave its 31 bits: then it is just coarse
 * enough for the bias, which dominates such a channel. A channel of zeros takes the layer's coarsest scale, so that its bias
 * is as precise as its neighbours'.
 */
export function symmetricWeights(constants: FloatWeights, inputScale: number, scheme: WeightScheme): QuantizedWeights {
  const { granularity } = scheme;
  const levels = weightLevels(scheme);
  const channelOf = channelIndex(constants);
  const channelScale = scales(constants, inputScale, scheme);
  const scaleOf = (o: number): number => channelScale[channelScale.length === 1 ? 0 : o];
  const axis = granularity === 'per-channel' ? constants.channelAxis : null;
  const zeroPoint = channelScale.map(() => 0);
  const weights = new Int8Array(constants.weights.length);
  for (let i = 0; i < weights.length; i++) {
    const q = roundHalfAway(constants.weights[i] / scaleOf(channelOf(i)));
    weights[i] = Math.max(-levels, Math.min(levels, q));
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

function scales(c: FloatWeights, inputScale: number, scheme: WeightScheme): number[] {
  const { granularity } = scheme;
  const levels = weightLevels(scheme);
  const channelOf = channelIndex(c);
  const peaks = new Float64Array(c.channels);
  c.weights.forEach((w, i) => {
    const o = channelOf(i);
    peaks[o] = Math.max(peaks[o], Math.abs(w));
  });
  const widest = Array.from(peaks, (peak) => peak / levels);
  const fromWeights = scheme.scale === 'range' ? widest : leastSquares(c, scheme, widest);
  const fromBias = fromWeights.map((_, o) => (c.bias === null ? 0 : Math.abs(c.bias[o]) / (inputScale * BIAS_LIMIT)));
  const coarsest = Math.max(...fromWeights);
  // A whole layer of zeros: one unit of accumulator per unit of input is as good as any.
  const forZeros = coarsest > 0 ? coarsest : 1;
  const channels = fromWeights.map((s, o) => Math.max(s > 0 ? s : forZeros, fromBias[o]));
  const chosen =
    granularity === 'per-channel' ? channels : [Math.max(...(coarsest > 0 ? fromWeights : [1]), ...fromBias)];
  return chosen.map((s) => Math.fround(Math.max(MIN_SCALE, s)));
}

/** Scales that are tried below the one of the range, in hundredths of it. */
const NARROWEST = 40;

/** For each channel the scale between two fifths of `widest` and all of it that leaves the least squared error. */
function leastSquares(c: FloatWeights, scheme: WeightScheme, widest: readonly number[]): number[] {
  const levels = weightLevels(scheme);
  const channelOf = channelIndex(c);
  const common = scheme.granularity === 'per-tensor';
  const best = common ? widest.map(() => Math.max(...widest)) : [...widest];
  const from = [...best];
  const least = new Float64Array(c.channels).fill(Infinity);
  for (let hundredths = 100; hundredths >= NARROWEST; hundredths--) {
    const scale = from.map((s) => (s * hundredths) / 100);
    const errors = new Float64Array(c.channels);
    c.weights.forEach((w, i) => {
      const o = channelOf(i);
      if (scale[o] === 0) return;
      const q = Math.max(-levels, Math.min(levels, Math.round(w / scale[o])));
      errors[o] += (w - q * scale[o]) ** 2;
    });
    if (common) errors.fill(errors.reduce((sum, e) => sum + e, 0));
    errors.forEach((error, o) => {
      if (error >= least[o]) return;
      least[o] = error;
      best[o] = scale[o];
    });
  }
  return best;
}
