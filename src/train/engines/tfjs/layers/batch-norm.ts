import type { BatchNormLayerSpec } from '../../../../ir/model-spec.js';
import { normalize } from '../custom-gradients.js';
import { activate, type LayerFunction } from './layer.js';

/** Per channel, the last axis. */
export const batchNorm: LayerFunction<BatchNormLayerSpec> = ([x], call) => {
  const { tf, planned, training, parameters } = call;
  const { epsilon, activation } = planned.spec;
  const normal = training
    ? normalize(tf, x, epsilon, call.tellStatistics)
    : x.sub(parameters.moving_mean!).mul(parameters.moving_variance!.add(epsilon).rsqrt());
  return activate(tf, normal.mul(parameters.gamma!).add(parameters.beta!), activation);
};
