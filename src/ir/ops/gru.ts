import type { LayerRule } from '../layer-rule.js';
import type { GruLayerSpec } from '../model-spec.js';
import { sequenceOutput, sequenceParameters } from './sequence.js';

export const gruRule: LayerRule<GruLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs, bias) =>
    sequenceParameters(inputs, spec.units, { gates: 3, recurrent: true, bias: bias ? 0 : null }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * 3 * spec.units * (features + spec.units),
};
