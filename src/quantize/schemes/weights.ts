import type { QuantizeOptions } from '../../ir/options.js';
import type { QuantParams } from '../../ir/quant-params.js';
import { roundHalfAway } from '../../ir/quantize-input.js';
import { BIAS_LIMIT, MIN_SCALE } from './limits.js';

/** Dense weights and biases as integers. */
export interface QuantizedDense {
  readonly weights: Int8Array;
  readonly weightQuant: QuantParams;
  readonly bias: Int32Array | null;
  readonly biasQuant: QuantParams | null;
}

interface FloatDenseConstants {
  /** [out][in]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array | null;
  readonly inputs: number;
  readonly outputs: number;
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
  constants: FloatDenseConstants,
  inputScale: number,
  granularity: QuantizeOptions['weights'],
): QuantizedDense {
  const { inputs, outputs } = constants;
  const channelScale = scales(constants, inputScale, granularity);
  const scaleOf = (o: number): number => channelScale[channelScale.length === 1 ? 0 : o];
  const axis = granularity === 'per-channel' ? 0 : null;
  const zeroPoint = channelScale.map(() => 0);
  const weights = new Int8Array(inputs * outputs);
  for (let i = 0; i < weights.length; i++) {
    const q = roundHalfAway(constants.weights[i] / scaleOf(Math.floor(i / inputs)));
    weights[i] = Math.max(-127, Math.min(127, q));
  }
  const weightQuant: QuantParams = { scale: channelScale, zeroPoint, axis };
  if (constants.bias === null) return { weights, weightQuant, bias: null, biasQuant: null };
  const biasScale = channelScale.map((s) => Math.fround(inputScale * s));
  const biasScaleOf = (o: number): number => biasScale[biasScale.length === 1 ? 0 : o];
  const bias = Int32Array.from(constants.bias, (b, o) => roundHalfAway(b / biasScaleOf(o)));
  return { weights, weightQuant, bias, biasQuant: { scale: biasScale, zeroPoint, axis } };
}

function scales(c: FloatDenseConstants, inputScale: number, granularity: QuantizeOptions['weights']): number[] {
  const fromWeights: number[] = [];
  const fromBias: number[] = [];
  for (let o = 0; o < c.outputs; o++) {
    let peak = 0;
    for (let i = o * c.inputs; i < (o + 1) * c.inputs; i++) peak = Math.max(peak, Math.abs(c.weights[i]));
    fromWeights.push(peak / 127);
    fromBias.push(c.bias === null ? 0 : Math.abs(c.bias[o]) / (inputScale * BIAS_LIMIT));
  }
  const coarsest = Math.max(...fromWeights);
  // A whole layer of zeros: one unit of accumulator per unit of input is as good as any.
  const forZeros = coarsest > 0 ? coarsest : 1;
  const channels = fromWeights.map((s, o) => Math.max(s > 0 ? s : forZeros, fromBias[o]));
  const chosen =
    granularity === 'per-channel' ? channels : [Math.max(...(coarsest > 0 ? fromWeights : [1]), ...fromBias)];
  return chosen.map((s) => Math.fround(Math.max(MIN_SCALE, s)));
}
