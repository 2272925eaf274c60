import type { QuantizedOp } from '../../ir/graph.js';
import type { LayerOf, QuantizeContext } from '../quantizer.js';
import { quantizeWeighted } from './weighted.js';
import { integerWindow } from './window.js';

type ConvolutionKind = 'conv_2d' | 'depthwise_conv_2d';

/** What both kinds of convolution have in common. */
export function quantizeConvolution(
  kind: ConvolutionKind,
  channelAxis: number,
  op: LayerOf<ConvolutionKind>,
  context: QuantizeContext,
): QuantizedOp {
  const { name, input, inputs, output, spec } = op;
  const [weights, bias = null] = op.parameters;
  const { activation } = spec;
  return {
    kind,
    name,
    input,
    inputs,
    weights,
    bias,
    window: integerWindow(context.graph.tensors[input].shape, spec),
    ...quantizeWeighted({ op, weights, bias, channelAxis, activation }, context),
    output,
  };
}
