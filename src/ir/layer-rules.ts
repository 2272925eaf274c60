import type { LayerRule } from './layer-rule.js';
import type { LayerSpec, LayerType } from './model-spec.js';
import { addRule } from './ops/add.js';
import { batchNormRule } from './ops/batch-norm.js';
import { concatenationRule } from './ops/concatenation.js';
import { conv2dRule } from './ops/conv-2d.js';
import { depthwiseConv2dRule } from './ops/depthwise-conv-2d.js';
import { fakeQuantizeRule } from './ops/fake-quantize.js';
import { denseRule } from './ops/fully-connected.js';
import { gruRule } from './ops/gru.js';
import { mulRule } from './ops/mul.js';
import { padRule } from './ops/pad.js';
import { globalAveragePool2dRule, pool2dRule } from './ops/pool-2d.js';
import { rateCodeRule } from './ops/rate-code.js';
import { elementwiseRule, flattenRule, reshapeRule } from './ops/reshape.js';
import { simpleRnnRule } from './ops/simple-rnn.js';
import { snuRule } from './ops/snu.js';

type Rules = { readonly [T in LayerType]: LayerRule<Extract<LayerSpec, { readonly type: T }>> };

const RULES: Rules = {
  dense: denseRule,
  conv_2d: conv2dRule,
  depthwise_conv_2d: depthwiseConv2dRule,
  max_pool_2d: pool2dRule as Rules['max_pool_2d'],
  average_pool_2d: pool2dRule as Rules['average_pool_2d'],
  global_average_pool_2d: globalAveragePool2dRule,
  batch_norm: batchNormRule,
  add: addRule,
  mul: mulRule,
  concatenation: concatenationRule,
  pad: padRule,
  activation: elementwiseRule,
  dropout: elementwiseRule,
  fake_quantize: fakeQuantizeRule,
  flatten: flattenRule,
  reshape: reshapeRule,
  simple_rnn: simpleRnnRule,
  gru: gruRule,
  snu: snuRule,
  rate_code: rateCodeRule,
};

/** Names of all layer types, in the order of the documentation. */
export const LAYER_TYPES = Object.keys(RULES) as readonly LayerType[];

export function layerRule<S extends LayerSpec>(spec: S): LayerRule<S> {
  return RULES[spec.type] as unknown as LayerRule<S>;
}
