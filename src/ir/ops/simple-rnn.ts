import type { LayerRule } from '../layer-rule.js';
import type { SimpleRnnLayerSpec } from '../model-spec.js';
import { sequenceOutput, sequenceParameters } from './sequence.js';

export const simpleRnnRule: LayerRule<SimpleRnnLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs, bias) =>
    sequenceParameters(inputs, spec.units, { gates: 1, recurrent: true, bias: bias ? 0 : null }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * spec.units * (features + spec.units),
};
