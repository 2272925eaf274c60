import { shapeText, type ParameterRule, type Shape } from '../layer-rule.js';
import type { SequenceOutput } from '../model-spec.js';

/** The output of a layer with a time axis, from [steps, features]. */
export function sequenceOutput(inputs: readonly Shape[], units: number, output: SequenceOutput): Shape | string {
  if (inputs[0].length !== 2) return `takes [steps, features], not ${shapeText(inputs[0])}`;
  return output === 'sequence' ? [inputs[0][0], units] : [units];
}

/** Weights [gates · units][features], recurrent weights [gates · units][units], bias [gates · units]: gate by gate. */
export function sequenceParameters(
  inputs: readonly Shape[],
  units: number,
  options: { readonly gates: number; readonly recurrent: boolean; readonly bias: number | null },
): readonly ParameterRule[] {
  const { gates } = options;
  const features = inputs[0][1];
  const rules: ParameterRule[] = [
    { part: 'weights', shape: [gates * units, features], fanIn: features, fanOut: units, initial: 'random' },
  ];
  if (options.recurrent) {
    rules.push({
      part: 'recurrent_weights',
      shape: [gates * units, units],
      fanIn: units,
      fanOut: units,
      // Keeps the length of the state, so that neither states nor errors grow or fade over many steps.
      initial: 'orthogonal',
    });
  }
  if (options.bias !== null) {
    rules.push({ part: 'bias', shape: [gates * units], fanIn: features, fanOut: units, initial: options.bias });
  }
  return rules;
}

/** Runs `step(t, previous, next)` over time from a zero state and collects the outputs as the layer gives them on. */
export function overTime(
  steps: number,
  units: number,
  output: SequenceOutput,
  out: Float32Array,
  step: (t: number, previous: Float32Array, next: Float32Array) => void,
): void {
  let [previous, next] = [new Float32Array(units), new Float32Array(units)];
  const sums = new Float64Array(units);
  for (let t = 0; t < steps; t++) {
    step(t, previous, next);
    if (output === 'sequence') out.set(next, t * units);
    next.forEach((y, j) => (sums[j] += y));
    [previous, next] = [next, previous];
  }
  if (output === 'last') out.set(previous);
  if (output === 'mean') sums.forEach((s, j) => (out[j] = s / steps));
}

/** Σ_i row[i] · x[from + i] in double. */
export function dot(row: Float32Array, at: number, x: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += row[at + i] * x[from + i];
  return sum;
}
