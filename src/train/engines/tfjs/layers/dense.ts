import type { DenseLayerSpec } from '../../../../ir/model-spec.js';
import { throughFeedback } from '../custom-gradients.js';
import { usedWeights } from './fake-quantize.js';
import { activate, type LayerFunction } from './layer.js';

/** y = f(x Wᵀ + b), weights [units][inputs]. */
export const dense: LayerFunction<DenseLayerSpec> = ([input], { tf, planned, rows, parameters, feedback }) => {
  const weights = usedWeights(tf, parameters.weights!, planned.spec.rounding, 'first');
  const x = input.reshape([rows, weights.shape[1]!]);
  const sums = throughFeedback(tf, (v, w) => tf.matMul(v, w, false, true), x, weights, feedback);
  const { bias } = parameters;
  return activate(tf, bias === undefined ? sums : sums.add(bias), planned.spec.activation);
};
