import type { LayerSpec, LayerType } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import type { Floats, Machine } from '../machine.js';
import { AddLayer } from './add.js';
import { BatchNormLayer } from './batch-norm.js';
import { ConcatenationLayer } from './concatenation.js';
import { Conv2dLayer } from './conv-2d.js';
import { DenseLayer } from './dense.js';
import { DepthwiseConv2dLayer } from './depthwise-conv-2d.js';
import { DropoutLayer } from './dropout.js';
import { FakeQuantizeLayer } from './fake-quantize.js';
import { GruLayer } from './gru.js';
import type { Layer } from './layer.js';
import { MulLayer } from './mul.js';
import { PadLayer } from './pad.js';
import { Pool2dLayer } from './pool-2d.js';
import { RateCodeLayer } from './rate-code.js';
import { SimpleRnnLayer } from './simple-rnn.js';
import { SnuLayer } from './snu.js';
import { ViewLayer } from './view.js';

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
  const outputs = inputs.map(({ output }) => output);
  switch (plan.spec.type) {
    case 'dense':
      return new DenseLayer(machine, plan as Planned<'dense'>, input, maxRows);
    case 'dropout':
      return new DropoutLayer(machine, plan as Planned<'dropout'>, input, maxRows);
    case 'conv_2d':
      return new Conv2dLayer(machine, plan as Planned<'conv_2d'>, input, maxRows);
    case 'depthwise_conv_2d':
      return new DepthwiseConv2dLayer(machine, plan as Planned<'depthwise_conv_2d'>, input, maxRows);
    case 'max_pool_2d':
    case 'average_pool_2d':
    case 'global_average_pool_2d':
      return new Pool2dLayer(machine, plan as Planned<'max_pool_2d' | 'global_average_pool_2d'>, input, maxRows);
    case 'batch_norm':
      return new BatchNormLayer(machine, plan as Planned<'batch_norm'>, input, maxRows);
    case 'add':
    case 'activation':
      return new AddLayer(machine, plan as Planned<'add' | 'activation'>, outputs, maxRows);
    case 'mul':
      return new MulLayer(machine, plan as Planned<'mul'>, outputs, maxRows);
    case 'concatenation':
      return new ConcatenationLayer(machine, plan as Planned<'concatenation'>, outputs, maxRows);
    case 'pad':
      return new PadLayer(machine, plan as Planned<'pad'>, input, maxRows);
    case 'fake_quantize':
      return new FakeQuantizeLayer(machine, plan as Planned<'fake_quantize'>, input, maxRows);
    case 'flatten':
    case 'reshape':
      return new ViewLayer(machine, plan, inputs[0], maxRows);
    case 'simple_rnn':
      return new SimpleRnnLayer(machine, plan as Planned<'simple_rnn'>, input, maxRows);
    case 'gru':
      return new GruLayer(machine, plan as Planned<'gru'>, input, maxRows);
    case 'snu':
      return new SnuLayer(machine, plan as Planned<'snu'>, input, maxRows);
    case 'rate_code':
      return new RateCodeLayer(machine, plan as Planned<'rate_code'>, input, maxRows);
  }
}
