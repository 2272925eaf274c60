import type { TrainOptions } from '../ir/options.js';
import type { Rng } from '../util/rng.js';

/** Fills weights [out][in] at random; `he_*` keep the signal's variance through relu layers, `xavier_*` through tanh. */
export const INITIALIZERS: Readonly<
  Record<TrainOptions['initializer'], (weights: Float32Array, inputs: number, outputs: number, rng: Rng) => void>
> = {
  he_uniform: (weights, inputs, _outputs, rng) => fillUniform(weights, Math.sqrt(6 / inputs), rng),
  he_normal: (weights, inputs, _outputs, rng) => {
    const deviation = Math.sqrt(2 / inputs);
    for (let i = 0; i < weights.length; i++) weights[i] = deviation * rng.normal();
  },
  xavier_uniform: (weights, inputs, outputs, rng) => fillUniform(weights, Math.sqrt(6 / (inputs + outputs)), rng),
};

function fillUniform(weights: Float32Array, bound: number, rng: Rng): void {
  for (let i = 0; i < weights.length; i++) weights[i] = rng.range(-bound, bound);
}
