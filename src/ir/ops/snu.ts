import type { LayerRule } from '../layer-rule.js';
import type { SnuLayerSpec } from '../model-spec.js';
import { sequenceOutput, sequenceParameters } from './sequence.js';

export const snuRule: LayerRule<SnuLayerSpec> = {
  outputShape: (spec, inputs) => sequenceOutput(inputs, spec.units, spec.output),
  parameters: (spec, inputs) =>
    sequenceParameters(inputs, spec.units, { gates: 1, recurrent: spec.recurrent, bias: -spec.threshold }),
  state: () => [],
  nodes: (spec) => spec.units,
  macs: (spec, [[steps, features]]) => steps * spec.units * (features + (spec.recurrent ? spec.units : 0)),
};
