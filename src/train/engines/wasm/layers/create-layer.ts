import { ToolError } from '../../../../errors/tool-error.js';
import type { LayerSpec, LayerType } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import type { Floats, Machine } from '../machine.js';
import { DenseLayer } from './dense.js';
import { DropoutLayer } from './dropout.js';
import type { Layer } from './layer.js';

/** What a layer reads: outputs and deltas of its inputs (the network's input has no delta). */
export interface LayerInput {
  readonly output: Floats;
  readonly delta: Floats | null;
}

type Planned<T extends LayerType> = PlannedLayer & { readonly spec: Extract<LayerSpec, { readonly type: T }> };

/** The layer of a plan in `machine`'s memory, for batches of up to `maxRows`. */
export function createLayer(
  machine: Machine,
  plan: PlannedLayer,
  inputs: readonly LayerInput[],
  maxRows: number,
): Layer {
  const input = inputs[0].output;
  switch (plan.spec.type) {
    case 'dense':
      return new DenseLayer(machine, plan as Planned<'dense'>, input, maxRows);
    case 'dropout':
      return new DropoutLayer(machine, plan as Planned<'dropout'>, input, maxRows);
    default:
      throw new ToolError('TRAIN_OPTION_UNSUPPORTED', `The wasm engine has no ${plan.spec.type} layers.`, {
        context: { layer: plan.name, type: plan.spec.type },
      });
  }
}
