import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp } from '../../src/ir/integer-ops.js';
import type { FullyConnectedOp } from '../../src/ir/graph.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';

type Weighted = FullyConnectedOp | Conv2dOp | DepthwiseConv2dOp;

/**
 * A graph of int8 weights with those of the ops that `chosen` names in int4, sixteen times coarser: weights and biases lose
 * their low four bits, scales and multipliers gain them, so that outputs fill their range as before.
 */
export function withInt4Weights(graph: QuantizedGraph, chosen: (op: QuantizedOp) => boolean): QuantizedGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const coarser = (id: number, change: Partial<Tensor>): void => {
    const { quant } = tensors[id];
    const scale = quant!.scale.map((s) => 16 * s);
    tensors[id] = { ...tensors[id], ...change, quant: { ...quant!, scale } };
  };
  const ops = graph.ops.map((op): QuantizedOp => {
    if (!isWeighted(op) || !chosen(op)) return op;
    coarser(op.weights, { dtype: 'int4', data: (tensors[op.weights].data as Int8Array).map((w) => w >> 4) });
    if (op.bias !== null) coarser(op.bias, { data: (tensors[op.bias].data as Int32Array).map((b) => b >> 4) });
    const requantize = op.requantize!;
    return { ...op, requantize: { ...requantize, shift: requantize.shift.map((s) => s + 4) } };
  });
  return validateGraph({ ...graph, tensors, ops });
}

function isWeighted(op: QuantizedOp): op is Weighted {
  return op.kind === 'fully_connected' || op.kind === 'conv_2d' || op.kind === 'depthwise_conv_2d';
}
