import type { FloatCall } from '../float-forward.js';
import type { LayerRule, ParameterRule, Shape } from '../layer-rule.js';
import type { BatchNormLayerSpec } from '../model-spec.js';
import { activateFloat } from './activation.js';

const perChannel = (part: ParameterRule['part'], inputs: readonly Shape[], initial: number): ParameterRule => ({
  part,
  shape: [inputs[0].at(-1)!],
  fanIn: 1,
  fanOut: 1,
  initial,
});

/**
 * Training: y = f(gamma · (x − mean) / sqrt(variance + epsilon) + beta) with the batch's mean and (biased) variance of a
 * channel over rows and positions; moving ← momentum · moving + (1 − momentum) · batch's. Evaluation: the moving ones.
 */
export const batchNormRule: LayerRule<BatchNormLayerSpec> = {
  outputShape: (_spec, inputs) => inputs[0],
  parameters: (_spec, inputs) => [perChannel('gamma', inputs, 1), perChannel('beta', inputs, 0)],
  state: (_spec, inputs) => [perChannel('moving_mean', inputs, 0), perChannel('moving_variance', inputs, 1)],
  nodes: () => null,
  macs: () => 0,
};

/** Scalar reference, with the moving statistics. */
export function batchNormFloat({ spec, inputs, parameters, output }: FloatCall<BatchNormLayerSpec>): void {
  const [gamma, beta, mean, variance] = parameters;
  const channels = gamma.length;
  inputs[0].forEach((x, i) => {
    const c = i % channels;
    const y = (gamma[c] * (x - mean[c])) / Math.sqrt(variance[c] + spec.epsilon) + beta[c];
    output[i] = activateFloat(spec.activation, Math.fround(y));
  });
}
