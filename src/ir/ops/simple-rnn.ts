import type { FloatCall } from '../float-forward.js';
import type { LayerRule } from '../layer-rule.js';
import type { SimpleRnnLayerSpec } from '../model-spec.js';
import { activateFloat } from './activation.js';
import { dot, overTime, sequenceOutput, sequenceParameters } from './sequence.js';

export const simpleRnnRule: LayerRule<SimpleRnnLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs, bias) =>
    sequenceParameters(inputs, spec.units, { gates: 1, recurrent: true, bias: bias ? 0 : null }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * spec.units * (features + spec.units),
};

/** Scalar reference. */
export function simpleRnnFloat({ spec, inputShapes, inputs, parameters, output }: FloatCall<SimpleRnnLayerSpec>): void {
  const [steps, features] = inputShapes[0];
  const [w, u, bias] = parameters;
  const { units } = spec;
  overTime(steps, units, spec.output, output, (t, h, next) => {
    for (let j = 0; j < units; j++) {
      const a = dot(w, j * features, inputs[0], t * features, features) + dot(u, j * units, h, 0, units);
      next[j] = activateFloat(spec.activation, Math.fround(a + (bias?.[j] ?? 0)));
    }
  });
}
