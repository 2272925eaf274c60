import { ToolError } from '../../errors/tool-error.js';
import { opInputs, type Activation, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import { imageShape } from '../../ir/ops/image-shape.js';
import { elementCount } from '../../ir/tensor.js';
import { writeTflite, type NewOperator, type NewTensor } from './write-model.js';
import { writeFloatOp } from './write-float-op.js';

/**
 * A float graph as a .tflite file of float32, with logits as its output. Same graph, same bytes.
 * @param generatedBy tool and version, for the file's own record
 * Throws EXPORT_UNSUPPORTED_LAYER with every layer that has no operator.
 */
export function exportFloatTflite(graph: FloatGraph, generatedBy: string): Uint8Array {
  const writer = new FloatWriter(graph);
  const problems = graph.ops.flatMap((op): string[] => {
    const why = writeFloatOp(writer, op);
    return why === null ? [] : [`${op.name} (${op.kind}): ${why}`];
  });
  if (problems.length > 0) {
    throw new ToolError('EXPORT_UNSUPPORTED_LAYER', `${problems.join('; ')}.`, { context: { layers: problems } });
  }
  return writer.finish(generatedBy);
}

/** How much of an activation an operator holds itself; tanh and sigmoid are operators of their own. */
const FUSED_NUMBER: Partial<Record<Activation, number>> = { none: 0, relu: 1, relu6: 3 };
const ACTIVATION_CODES: Partial<Record<Activation, string>> = {
  relu: 'RELU',
  relu6: 'RELU6',
  tanh: 'TANH',
  sigmoid: 'LOGISTIC',
};

/** Collects tensors and operators; ids are those of the graph, places those in the file. */
export class FloatWriter {
  private readonly tensors: NewTensor[] = [];
  private readonly operators: NewOperator[] = [];
  private readonly places = new Map<number, number>();

  constructor(readonly graph: FloatGraph) {
    this.activation(graph.input);
  }

  inputsOf(op: FloatOp): number[] {
    return opInputs(op).map((id) => this.places.get(id)!);
  }

  shape(id: number): readonly number[] {
    return this.graph.tensors[id].shape;
  }

  /** The input as [1, height, width, channels]. */
  image(op: FloatOp): number {
    const shape = this.shape(op.input);
    const { height, width, channels } = imageShape(shape)!;
    const [input] = this.inputsOf(op);
    return shape.length === 3 ? input : this.reshaped(op, input, [height, width, channels]);
  }

  reshaped(op: FloatOp, input: number, shape: readonly number[]): number {
    const output = this.between(`${op.name}_image`, shape);
    this.reshape(`${op.name}_image`, input, output);
    return output;
  }

  private reshape(name: string, input: number, output: number): void {
    const shape = this.integers(`${name}_shape`, this.tensors[output].shape);
    this.add('RESHAPE', [input, shape], output, { type: 'reshape', fields: [] });
  }

  /** The last operator of an op: `write` gets the number of the fused activation and the place of its output. */
  ending(op: FloatOp, activation: Activation, write: (fused: number, output: number) => void): void {
    const fused = FUSED_NUMBER[activation];
    if (fused !== undefined) {
      write(fused, this.activation(op.output));
      return;
    }
    const sums = this.between(`${op.name}_sums`, this.shape(op.output));
    write(0, sums);
    this.add(ACTIVATION_CODES[activation]!, [sums], this.activation(op.output), null);
  }

  /** An activation by itself; `none` is a reshape to the same shape. */
  standalone(op: FloatOp, activation: Activation): void {
    const [input] = this.inputsOf(op);
    const output = this.activation(op.output);
    const code = ACTIVATION_CODES[activation];
    if (code === undefined) this.reshape(op.name, input, output);
    else this.add(code, [input], output, null);
  }

  add(code: string, inputs: readonly number[], output: number, options: NewOperator['options']): void {
    this.operators.push({ code, inputs, outputs: [output], options });
  }

  /** A tensor between two operators of one op. */
  between(name: string, shape: readonly number[]): number {
    return this.put({ name, shape: [1, ...shape], type: 'float32', quantization: null, data: null });
  }

  /** A constant of the graph, under a shape of the file. */
  constant(id: number, shape: readonly number[]): number {
    const { name, data } = this.graph.tensors[id];
    return this.floats(name, shape, data as Float32Array);
  }

  floats(name: string, shape: readonly number[], values: Float32Array): number {
    const view = new DataView(new ArrayBuffer(4 * elementCount(shape)));
    values.forEach((v, k) => view.setFloat32(4 * k, v, true));
    return this.put({ name, shape, type: 'float32', quantization: null, data: new Uint8Array(view.buffer) });
  }

  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): number {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((v, k) => view.setInt32(4 * k, v, true));
    return this.put({ name, shape, type: 'int32', quantization: null, data: new Uint8Array(view.buffer) });
  }

  activation(id: number): number {
    const { name, shape } = this.graph.tensors[id];
    const place = this.between(name, shape);
    this.places.set(id, place);
    return place;
  }

  finish(description: string): Uint8Array {
    const { tensors, operators } = this;
    const { name, input, output } = this.graph;
    const [inputs, outputs] = [[this.places.get(input)!], [this.places.get(output)!]];
    return writeTflite({ description, name, tensors, operators, inputs, outputs });
  }

  private put(tensor: NewTensor): number {
    return this.tensors.push(tensor) - 1;
  }
}
