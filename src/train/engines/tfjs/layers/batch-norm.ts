import type { BatchNormLayerSpec } from '../../../../ir/model-spec.js';
import { activate, type LayerFunction } from './layer.js';

/** Per channel, the last axis. Made of plain operations, so that the gradient is derived and not taken on trust. */
export const batchNorm: LayerFunction<BatchNormLayerSpec> = (
  [x],
  { planned, training, parameters, tellStatistics },
) => {
  const { epsilon, activation } = planned.spec;
  let mean = parameters.moving_mean!;
  let variance = parameters.moving_variance!;
  if (training) {
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    mean = x.mean(axes);
    variance = x.sub(mean).square().mean(axes);
    tellStatistics(mean, variance);
  }
  const normalized = x.sub(mean).div(variance.add(epsilon).sqrt());
  return activate(normalized.mul(parameters.gamma!).add(parameters.beta!), activation);
};
