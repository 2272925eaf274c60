import type { FullyConnectedOp } from '../../ir/graph.js';
import type { Quantizer } from '../quantizer.js';
import { quantizeWeighted } from './weighted.js';

export const quantizeFullyConnected: Quantizer<FullyConnectedOp> = (op, context) => {
  const { weights, bias, activation } = op;
  return { ...op, ...quantizeWeighted({ op, weights, bias, channelAxis: 0, activation }, context) };
};
