import type { PlannedParameter } from '../ir/network-plan.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';
import { elementCount } from '../ir/tensor.js';
import { Rng } from '../util/rng.js';
import { fillOrthogonal } from './orthogonal.js';

/** Fills weights at random; `he_*` keep the signal's variance through relu layers, `xavier_*` through tanh. */
const INITIALIZERS: Readonly<
  Record<TrainOptions['initializer'], (weights: Float32Array, parameter: PlannedParameter, rng: Rng) => void>
> = {
  he_uniform: (weights, { fanIn }, rng) => fillUniform(weights, Math.sqrt(6 / fanIn), rng),
  he_normal: (weights, { fanIn }, rng) => {
    const deviation = Math.sqrt(2 / fanIn);
    for (let i = 0; i < weights.length; i++) weights[i] = deviation * rng.normal();
  },
  xavier_uniform: (weights, { fanIn, fanOut }, rng) => fillUniform(weights, Math.sqrt(6 / (fanIn + fanOut)), rng),
};

/** Initial values of all parameters and kept state, in the order of `TrainingNetwork.readParameters`. */
export function initialParameters(
  plan: NetworkPlan,
  initializer: TrainOptions['initializer'],
  seed: number,
): Float32Array[] {
  const fill = (layer: string) => {
    // One stream a layer, its parameters one after the other.
    const rng = Rng.forPurpose(seed, `initialize/${layer}`);
    return (parameter: PlannedParameter): Float32Array => {
      const values = new Float32Array(elementCount(parameter.shape));
      if (parameter.initial === 'orthogonal') fillOrthogonal(values, parameter.fanIn, rng);
      else if (parameter.initial === 'random') INITIALIZERS[initializer](values, parameter, rng);
      else values.fill(parameter.initial);
      return values;
    };
  };
  return [
    ...plan.layers.flatMap(({ name, parameters }) => parameters.map(fill(name))),
    ...plan.layers.flatMap(({ name, state }) => state.map(fill(name))),
  ];
}

function fillUniform(weights: Float32Array, bound: number, rng: Rng): void {
  for (let i = 0; i < weights.length; i++) weights[i] = rng.range(-bound, bound);
}
