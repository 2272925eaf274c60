import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { readInstead } from '../../src/optimize/graph-edit.js';
import type { Rng } from '../../src/util/rng.js';

/**
 * The graph with waste in it, as converters and training leave it: rows of weights that are zero, biases beyond the clamp,
 * input channels that nobody weighs, clamps of one value.
 */
export function withWaste(graph: QuantizedGraph, rng: Rng): QuantizedGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.map((op) => {
    if (!('weights' in op)) return op;
    const weights = tensors[op.weights];
    const depthwise = op.kind === 'depthwise_conv_2d';
    const { shape } = weights;
    const outputs = depthwise ? shape[shape.length - 1] : shape[0];
    const inputs = graph.tensors[op.input].shape.at(-1)!;
    const data = Int8Array.from(weights.data as Int8Array);
    const each = data.length / outputs;
    const output = (k: number): number => (depthwise ? k % outputs : Math.floor(k / each));
    const dead = Array.from({ length: outputs }, () => rng.below(3) === 0);
    const blind = Array.from({ length: inputs }, () => !depthwise && rng.below(5) === 0);
    data.forEach((_, k) => {
      if (dead[output(k)] || blind[k % inputs]) data[k] = 0;
    });
    tensors[op.weights] = { ...weights, data };
    if (op.bias !== null) {
      const bias = tensors[op.bias];
      // Dead channels often stand at the zero point: padded layers let only those through.
      const values = Int32Array.from(bias.data as Int32Array, (b, o) => {
        if (dead[o] && rng.below(2) === 0) return 0;
        return rng.below(6) === 0 ? (rng.below(2) === 0 ? 400_000 : -400_000) : b;
      });
      tensors[op.bias] = { ...bias, data: values };
    }
    return op;
  });
  return validateGraph(withRelus({ ...graph, tensors, ops }, rng));
}

/** A relu as a table behind some ops, in the quantization of its input; or a table that changes nothing. */
function withRelus(graph: QuantizedGraph, rng: Rng): QuantizedGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const instead = new Map<number, number>();
  const ops = graph.ops.flatMap((op): QuantizedOp[] => {
    const moved = [...instead].reduce((o, [from, to]) => readInstead(o, from, to), op);
    if (op.output === graph.output || rng.below(4) > 0) return [moved];
    const from = tensors[op.output];
    const least = rng.below(3) === 0 ? -128 : from.quant!.zeroPoint[0];
    const data = Int8Array.from({ length: 256 }, (_, k) => Math.max(k - 128, least));
    const table = tensors.length;
    tensors.push({ id: table, name: `r${table}`, shape: [256], dtype: 'int8', role: 'table', quant: null, data });
    const output = tensors.length;
    tensors.push({ ...from, id: output, name: `t${output}` });
    instead.set(op.output, output);
    return [moved, { kind: 'lookup', name: `${op.name}_relu`, input: op.output, table, output, activation: 'relu' }];
  });
  return { ...graph, tensors, ops };
}
