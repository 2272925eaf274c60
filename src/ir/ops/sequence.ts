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
      initial: 'random',
    });
  }
  if (options.bias !== null) {
    rules.push({ part: 'bias', shape: [gates * units], fanIn: features, fanOut: units, initial: options.bias });
  }
  return rules;
}
