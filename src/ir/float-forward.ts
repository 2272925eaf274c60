import type { Shape } from './layer-rule.js';
import type { LayerSpec, LayerType } from './model-spec.js';
import { activateFloat } from './ops/activation.js';
import { addFloat } from './ops/add.js';
import { batchNormFloat } from './ops/batch-norm.js';
import { concatenationFloat } from './ops/concatenation.js';
import { conv2dFloat } from './ops/conv-2d.js';
import { depthwiseConv2dFloat } from './ops/depthwise-conv-2d.js';
import { fakeQuantizeFloat } from './ops/fake-quantize.js';
import { gruFloat } from './ops/gru.js';
import { mulFloat } from './ops/mul.js';
import { padFloat } from './ops/pad.js';
import { globalAveragePool2dFloat, pool2dFloat } from './ops/pool-2d.js';
import { rateCodeFloat } from './ops/rate-code.js';
import { simpleRnnFloat } from './ops/simple-rnn.js';
import { snuFloat } from './ops/snu.js';

/** What the scalar float forward of a layer is given: shapes without batch axis, values of one sample. */
export interface FloatCall<S extends LayerSpec> {
  readonly spec: S;
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  readonly inputs: readonly Float32Array[];
  /** Learned, then kept, in the order of the layer's rule; a bias may be missing. */
  readonly parameters: readonly Float32Array[];
  readonly output: Float32Array;
}

/** Layers that a float graph holds as ops of their own kind; dense ones are `fully_connected`, dropouts leave none. */
export type LayerOpType = Exclude<LayerType, 'dense' | 'dropout'>;
export type LayerOpSpec = Extract<LayerSpec, { readonly type: LayerOpType }>;

type Forwards = { readonly [T in LayerOpType]: (call: FloatCall<Extract<LayerSpec, { readonly type: T }>>) => void };

const copy = ({ inputs, output }: FloatCall<LayerOpSpec>): void => output.set(inputs[0]);

const FORWARDS: Forwards = {
  conv_2d: conv2dFloat,
  depthwise_conv_2d: depthwiseConv2dFloat,
  max_pool_2d: pool2dFloat,
  average_pool_2d: pool2dFloat,
  global_average_pool_2d: globalAveragePool2dFloat,
  batch_norm: batchNormFloat,
  add: addFloat,
  mul: mulFloat,
  concatenation: concatenationFloat,
  pad: padFloat,
  activation: ({ spec, inputs, output }) =>
    inputs[0].forEach((a, i) => {
      output[i] = activateFloat(spec.activation, a);
    }),
  fake_quantize: fakeQuantizeFloat,
  flatten: copy,
  reshape: copy,
  simple_rnn: simpleRnnFloat,
  gru: gruFloat,
  snu: snuFloat,
  rate_code: rateCodeFloat,
};

/** Kinds of ops that a float graph may hold besides `fully_connected` and `lookup`. */
export const LAYER_OP_TYPES = Object.keys(FORWARDS) as readonly LayerOpType[];

/** One layer on one sample, as in use: products and sums in double, rounded to float32 at each output. */
export function floatForward<S extends LayerOpSpec>(call: FloatCall<S>): void {
  (FORWARDS[call.spec.type] as (call: FloatCall<S>) => void)(call);
}
