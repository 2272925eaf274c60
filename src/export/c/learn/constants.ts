import type { QuantizedGraph } from '../../../ir/graph.js';
import { dequantizeLayer } from '../../../ir/learn/f32.js';
import { trainedPart } from '../../../ir/learn/trained-layers.js';
import type { LearnSpec } from '../../../ir/learn-spec.js';
import type { CConstant } from '../constant.js';
import { opSymbols } from '../naming.js';

/**
 * What `<name>_learn_reset` needs beside the int8 weights: a scale per row, and the starting biases as floats (as many
 * bytes as their scales would take, and no arithmetic on the device).
 */
export function learnConstants(graph: QuantizedGraph, learn: LearnSpec): CConstant[] {
  const symbols = opSymbols(graph.ops.map((op) => op.name));
  return trainedPart(graph, learn).layers.flatMap((layer) => {
    const symbol = symbols[graph.ops.indexOf(layer.op)];
    const scales = graph.tensors[layer.op.weights].quant?.scale ?? [];
    const scale: CConstant = {
      name: `${symbol}_weight_scale`,
      element: 'float',
      role: 'scale',
      values: Array.from({ length: layer.outputs }, (_, o) => scales[scales.length === 1 ? 0 : o]),
      wordAligned: false,
      comment: `${layer.op.name}: real weight = scale * int8 weight, per output`,
    };
    const { bias } = dequantizeLayer(graph, layer);
    if (bias === null) return [scale];
    const start: CConstant = {
      name: `${symbol}_bias_start`,
      element: 'float',
      role: 'scale',
      values: bias,
      wordAligned: false,
      comment: `${layer.op.name}: bias that learning starts from`,
    };
    return [scale, start];
  });
}
