import { elementCount } from '../../ir/tensor.js';
import { stridesOf } from './broadcast.js';
import { indicesAsBytes } from './convert-arg-max.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import { int8Part } from './int8-part.js';
import { readTflite } from './read-model.js';

/**
 * The input of the graph. Several inputs of the file are one vector here, in the file's order, each as its bytes: parts of
 * it are copied out. The vector has the quantization of the first.
 */
export function openInputs(graph: GraphMaker, inputs: readonly number[]): number {
  if (inputs.length === 1) {
    graph.activation(inputs[0], 'input');
    return graph.idOf(inputs[0]);
  }
  refuseInt16(graph, inputs);
  const sizes = inputs.map((index) => elementCount(graph.shape(index)));
  const shape = [sizes.reduce((n, size) => n + size, 0)];
  const quant = graph.affine(inputs[0]);
  const whole = graph.put({ name: 'inputs', shape, dtype: 'int8', role: 'input', quant, data: null });
  let offset = 0;
  inputs.forEach((index, k) => {
    const part = graph.shape(index);
    const copy = { kind: 'strided_copy', input: whole, inputs: [whole], offset, strides: stridesOf(part) } as const;
    const own = graph.affine(index);
    const same = own.scale[0] === quant.scale[0] && own.zeroPoint[0] === quant.zeroPoint[0];
    graph.add(index, same ? copy : graph.identity(graph.between(copy, part, quant)));
    offset += sizes[k];
  });
  return whole;
}

/** Several edges are one vector of bytes. */
function refuseInt16(graph: GraphMaker, edges: readonly number[]): void {
  const wide = edges.find((index) => graph.dtype(index) === 'int16');
  if (wide === undefined) return;
  const { name } = graph.source(wide);
  throw unsupported(`'${name}' is int16, and not its only input or output`, { tensor: name });
}

/** The output of the graph: several outputs of the file one after the other, as `openInputs` has it. */
export function closeOutputs(graph: GraphMaker, outputs: readonly number[]): number {
  if (outputs.length === 1) return graph.idOf(outputs[0]);
  refuseInt16(graph, outputs);
  const quant = graph.affine(outputs[0]);
  const parts = outputs.map((index) => {
    const id = graph.idOf(index);
    return graph.reinterpreted(graph.reshaped(id, [elementCount(graph.tensor(id).shape)]), quant);
  });
  const shape = [parts.reduce((n, id) => n + elementCount(graph.tensor(id).shape), 0)];
  return graph.between(graph.joined(parts, 0), shape, quant);
}

/** An input or output of the file, as a part of the vector that all of them make. */
export interface TfliteEdge {
  readonly name: string;
  /** Batch axis included. */
  readonly shape: readonly number[];
  /** Place of its first byte. */
  readonly offset: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** What the bytes of input and output stand for. Of a model that `importTflite` takes. */
export function tfliteEdges(file: Uint8Array): {
  readonly inputs: readonly TfliteEdge[];
  readonly outputs: readonly TfliteEdge[];
} {
  const model = indicesAsBytes(readTflite(file));
  const part = int8Part(model);
  const edges = (ids: readonly number[]): TfliteEdge[] => {
    let end = 0;
    return ids.map((id) => {
      const { name, shape, quantization } = model.tensors[id];
      const offset = end;
      end += elementCount(shape);
      return { name, shape, offset, scale: quantization!.scale[0], zeroPoint: quantization!.zeroPoint[0] };
    });
  };
  return { inputs: edges(part.inputs), outputs: edges(part.outputs) };
}
