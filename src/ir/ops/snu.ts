import type { FloatCall } from '../float-forward.js';
import type { LayerRule } from '../layer-rule.js';
import type { SnuLayerSpec } from '../model-spec.js';
import { activateFloat } from './activation.js';
import { dot, overTime, sequenceOutput, sequenceParameters } from './sequence.js';

export const snuRule: LayerRule<SnuLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs) =>
    sequenceParameters(inputs, spec.units, { gates: 1, recurrent: spec.recurrent, bias: -spec.threshold }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * spec.units * (features + (spec.recurrent ? spec.units : 0)),
};

/** Scalar reference. */
export function snuFloat({ spec, inputShapes, inputs, parameters, output }: FloatCall<SnuLayerSpec>): void {
  const [steps, features] = inputShapes[0];
  const { units, decay } = spec;
  const w = parameters[0];
  const recurrent = spec.recurrent ? parameters[1] : null;
  const bias = parameters[parameters.length - 1];
  const membrane = new Float32Array(units);
  overTime(steps, units, spec.output, output, (t, y, next) => {
    for (let j = 0; j < units; j++) {
      const within = dot(w, j * features, inputs[0], t * features, features);
      const back = recurrent === null ? 0 : dot(recurrent, j * units, y, 0, units);
      const kept = decay * membrane[j] * (1 - y[j]);
      membrane[j] = activateFloat(spec.activation, Math.fround(within + back + kept));
      const a = Math.fround(membrane[j] + bias[j]);
      next[j] = spec.soft ? activateFloat('sigmoid', a) : a > 0 ? 1 : 0;
    }
  });
}
