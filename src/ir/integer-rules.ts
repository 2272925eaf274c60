import type { IntegerOp, IntegerOpKind } from './integer-ops.js';
import type { IntegerRule } from './integer-rule.js';
import { addRule, subRule } from './ops/int8/add.js';
import { maximumRule, minimumRule } from './ops/int8/extremum.js';
import { preluRule } from './ops/int8/prelu.js';
import { stridedCopyRule } from './ops/int8/strided-copy.js';
import { averagePool2dRule, maxPool2dRule } from './ops/int8/pool-2d.js';
import { concatenationRule } from './ops/int8/concatenation.js';
import { conv2dRule } from './ops/int8/conv-2d.js';
import { depthwiseConv2dRule } from './ops/int8/depthwise-conv-2d.js';
import { meanRule } from './ops/int8/mean.js';
import { mulRule } from './ops/int8/mul.js';
import { padRule } from './ops/int8/pad.js';
import { rescaleRule } from './ops/int8/rescale.js';
import { argMaxRule } from './ops/int8/arg-max.js';
import { batchMatmulRule } from './ops/int8/batch-matmul.js';
import { lstmRule } from './ops/int8/lstm.js';
import { l2NormalizationRule } from './ops/int8/l2-normalization.js';
import { squaredDifferenceRule } from './ops/int8/squared-difference.js';
import { resizeBilinearRule } from './ops/int8/resize-bilinear.js';
import { reshapeRule } from './ops/int8/reshape.js';
import { logisticRule, tanhRule } from './ops/int8/sigmoidal.js';
import { softmaxRule } from './ops/int8/softmax.js';

type Rules = { readonly [K in IntegerOpKind]: IntegerRule<Extract<IntegerOp, { readonly kind: K }>> };

const RULES: Rules = {
  conv_2d: conv2dRule,
  depthwise_conv_2d: depthwiseConv2dRule,
  max_pool_2d: maxPool2dRule,
  average_pool_2d: averagePool2dRule,
  mean: meanRule,
  add: addRule,
  sub: subRule,
  mul: mulRule,
  maximum: maximumRule,
  minimum: minimumRule,
  prelu: preluRule,
  squared_difference: squaredDifferenceRule,
  batch_matmul: batchMatmulRule,
  lstm: lstmRule,
  l2_normalization: l2NormalizationRule,
  arg_max: argMaxRule,
  resize_bilinear: resizeBilinearRule,
  concatenation: concatenationRule,
  pad: padRule,
  reshape: reshapeRule,
  strided_copy: stridedCopyRule,
  softmax: softmaxRule,
  rescale: rescaleRule,
  logistic: logisticRule,
  tanh: tanhRule,
};

/** Kinds of integer ops, in the order of the documentation. */
export const INTEGER_OP_KINDS = Object.keys(RULES) as readonly IntegerOpKind[];

export function integerRule<O extends IntegerOp>(op: O): IntegerRule<O> {
  return RULES[op.kind] as unknown as IntegerRule<O>;
}
