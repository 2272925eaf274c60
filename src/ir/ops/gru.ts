import type { FloatCall } from '../float-forward.js';
import type { LayerRule } from '../layer-rule.js';
import type { GruLayerSpec } from '../model-spec.js';
import { activateFloat } from './activation.js';
import { dot, overTime, sequenceOutput, sequenceParameters } from './sequence.js';

export const gruRule: LayerRule<GruLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs, bias) =>
    sequenceParameters(inputs, spec.units, { gates: 3, recurrent: true, bias: bias ? 0 : null }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * 3 * spec.units * (features + spec.units),
};

/** Scalar reference. */
export function gruFloat({ spec, inputShapes, inputs, parameters, output }: FloatCall<GruLayerSpec>): void {
  const [steps, features] = inputShapes[0];
  const [w, u, bias] = parameters;
  const { units } = spec;
  const gated = new Float32Array(units);
  const update = new Float32Array(units);
  overTime(steps, units, spec.output, output, (t, h, next) => {
    const gate = (row: number, state: Float32Array): number =>
      Math.fround(
        dot(w, row * features, inputs[0], t * features, features) +
          dot(u, row * units, state, 0, units) +
          (bias?.[row] ?? 0),
      );
    for (let j = 0; j < units; j++) {
      update[j] = activateFloat('sigmoid', gate(j, h));
      gated[j] = activateFloat('sigmoid', gate(units + j, h)) * h[j];
    }
    for (let j = 0; j < units; j++) {
      const candidate = activateFloat('tanh', gate(2 * units + j, gated));
      next[j] = update[j] * h[j] + (1 - update[j]) * candidate;
    }
  });
}
