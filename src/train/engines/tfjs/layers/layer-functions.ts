import type { FlattenLayerSpec, LayerSpec, LayerType, ReshapeLayerSpec } from '../../../../ir/model-spec.js';
import { batchNorm } from './batch-norm.js';
import { conv2d, depthwiseConv2d } from './convolution.js';
import { dense } from './dense.js';
import { fakeQuantize } from './fake-quantize.js';
import { activate, type LayerFunction } from './layer.js';
import { averagePool2d, globalAveragePool2d, maxPool2d } from './pool.js';
import { concatenation, mul, pad } from './joining.js';
import { dropout, rateCode } from './random.js';
import { gru, simpleRnn, snu } from './recurrent.js';

type Functions = { readonly [T in LayerType]: LayerFunction<Extract<LayerSpec, { readonly type: T }>> };

const reshape: LayerFunction<FlattenLayerSpec | ReshapeLayerSpec> = ([x], { planned, rows }) =>
  x.reshape([rows, ...planned.outputShape]);

const FUNCTIONS: Functions = {
  dense,
  conv_2d: conv2d,
  depthwise_conv_2d: depthwiseConv2d,
  max_pool_2d: maxPool2d as Functions['max_pool_2d'],
  average_pool_2d: averagePool2d as Functions['average_pool_2d'],
  global_average_pool_2d: globalAveragePool2d,
  batch_norm: batchNorm,
  add: (inputs, { tf, planned }) => activate(tf, tf.addN([...inputs]), planned.spec.activation),
  mul,
  concatenation,
  pad,
  activation: ([x], { tf, planned }) => activate(tf, x, planned.spec.activation),
  dropout,
  fake_quantize: fakeQuantize,
  flatten: reshape as Functions['flatten'],
  reshape: reshape as Functions['reshape'],
  simple_rnn: simpleRnn,
  gru,
  snu,
  rate_code: rateCode,
};

export function layerFunction(type: LayerType): LayerFunction {
  return FUNCTIONS[type] as unknown as LayerFunction;
}
