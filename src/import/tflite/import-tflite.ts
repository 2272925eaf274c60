import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { QuantParams } from '../../ir/quant-params.js';
import type { Rounding } from '../../ir/requantize.js';
import { elementCount, type Tensor, type TensorRole } from '../../ir/tensor.js';
import { validateGraph } from '../../ir/validate-graph.js';
import { sha256Hex } from '../../util/digest.js';
import { ToolError } from '../../errors/tool-error.js';
import { invalid, unsupported } from './errors.js';
import { CONVERTERS, type Converted } from './converters.js';
import { readTflite, type TfliteModel, type TfliteOperator, type TfliteTensor } from './read-model.js';

export interface ImportOptions {
  /** C identifier in snake_case. */
  readonly name: string;
  readonly toolVersion: string;
  readonly rounding: Rounding;
}

/**
 * An int8 .tflite model as a quantized graph that computes the same bytes as TFLite Micro (with `rounding: tflite`).
 * Float edges (QUANTIZE in front, DEQUANTIZE behind) are taken off: the graph begins and ends in int8. Throws
 * IMPORT_TFLITE_INVALID, IMPORT_TFLITE_UNSUPPORTED, IMPORT_TFLITE_UNSUPPORTED_OP (with every such op) and GRAPH_INVALID.
 */
export function importTflite(file: Uint8Array, options: ImportOptions): QuantizedGraph {
  const model = readTflite(file);
  const { operators, input, output } = int8Part(model);
  checkOperators(model, operators);
  const graph = new GraphMaker(model, options.rounding);
  graph.activation(input, 'input');
  for (const operator of operators) {
    const converted = CONVERTERS[operator.code](operator, graph);
    graph.add(operator, converted);
  }
  return validateGraph({
    schemaVersion: 1,
    stage: 'quantized',
    name: options.name,
    classNames: [],
    tensors: graph.finish(output),
    ops: graph.ops,
    input: graph.idOf(input),
    output: graph.idOf(output),
    task: { kind: 'values' },
    ...(options.rounding === 'tflite' ? {} : { rounding: options.rounding }),
    provenance: { toolVersion: options.toolVersion, seed: null, inputs: { tflite: sha256Hex(file) } },
  });
}

interface Int8Part {
  readonly operators: readonly TfliteOperator[];
  readonly input: number;
  readonly output: number;
}

/** The operators between a QUANTIZE of the input and a DEQUANTIZE of the output, where there are such. */
function int8Part(model: TfliteModel): Int8Part {
  const { inputs, outputs, tensors } = model;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw unsupported(`it has ${inputs.length} inputs and ${outputs.length} outputs, not one of each`);
  }
  let operators = model.operators;
  let [input] = inputs;
  let [output] = outputs;
  const readers = (id: number): readonly TfliteOperator[] => operators.filter((o) => o.inputs.includes(id));
  const [first] = readers(input);
  if (tensors[input].type !== 'int8' && first?.code === 'QUANTIZE' && readers(input).length === 1) {
    input = first.outputs[0] ?? input;
    operators = operators.filter((o) => o !== first);
  }
  const last = operators.find((o) => o.outputs.includes(output));
  if (tensors[output].type !== 'int8' && (last?.code === 'DEQUANTIZE' || last?.code === 'QUANTIZE')) {
    output = last.inputs[0] ?? output;
    operators = operators.filter((o) => o !== last);
  }
  if (operators.length === 0) throw unsupported('it has no operators');
  for (const id of [input, output]) {
    if (id < 0) throw invalid('an edge of the graph is absent');
    const { type, name } = tensors[id];
    if (type !== 'int8') {
      throw unsupported(`its ${id === input ? 'input' : 'output'} '${name}' is ${type}; int8 models are imported`, {
        tensor: name,
        type,
      });
    }
  }
  return { operators, input, output };
}

/** Every operator that has no counterpart, in one error, before any work. */
function checkOperators(model: TfliteModel, operators: readonly TfliteOperator[]): void {
  const missing = operators.filter(({ code }) => CONVERTERS[code] === undefined);
  if (missing.length === 0) return;
  const named = missing.map((o) => ({
    operator: o.code,
    layer: model.tensors[o.outputs[0]]?.name ?? `operator ${o.index}`,
  }));
  const list = named.map(({ operator, layer }) => `${operator} ('${layer}')`).join(', ');
  throw new ToolError(
    'IMPORT_TFLITE_UNSUPPORTED_OP',
    `${missing.length === 1 ? 'This operator has' : 'These operators have'} no counterpart: ${list}. Known: ${Object.keys(CONVERTERS).sort().join(', ')}.`,
    { context: { operators: named.map((n) => n.operator), layers: named.map((n) => n.layer) } },
  );
}

/** Collects tensors and ops while operators are converted one by one. */
export class GraphMaker {
  readonly ops: QuantizedOp[] = [];
  private readonly tensors: Tensor[] = [];
  /** Ids of run-time tensors by their index in the file. */
  private readonly ids = new Map<number, number>();
  private readonly counts = new Map<string, number>();

  constructor(
    readonly model: TfliteModel,
    readonly rounding: Rounding,
  ) {}

  source(index: number): TfliteTensor {
    const tensor = this.model.tensors[index];
    if (tensor === undefined) throw invalid(`an operator lacks an input (${index})`);
    return tensor;
  }

  /** The id of a tensor that an earlier operator has written. */
  idOf(index: number): number {
    const id = this.ids.get(index);
    if (id !== undefined) return id;
    const { name, data } = this.source(index);
    throw data === null
      ? invalid(`tensor '${name}' is read before it is written`)
      : unsupported(`the constant '${name}' stands where only a computed value can`, { tensor: name });
  }

  /** A tensor that is filled at run time: int8, without its batch axis. */
  activation(index: number, role: TensorRole = 'activation'): number {
    const tensor = this.source(index);
    const { name, type } = tensor;
    if (type !== 'int8') throw unsupported(`tensor '${name}' is ${type}, not int8`, { tensor: name, type });
    if (this.ids.has(index)) throw invalid(`tensor '${name}' is written twice`);
    const id = this.push({
      name,
      shape: this.shape(index),
      dtype: 'int8',
      role,
      quant: this.affine(index),
      data: null,
    });
    this.ids.set(index, id);
    return id;
  }

  /** The shape without the batch axis, which must be 1; a vector of one axis has none. */
  shape(index: number): readonly number[] {
    const { shape, name } = this.source(index);
    if (shape.length < 2) return shape.length === 0 ? [1] : shape;
    if (shape[0] !== 1) throw unsupported(`tensor '${name}' has the batch size ${shape[0]}, not 1`, { tensor: name });
    return shape.slice(1);
  }

  /** The one scale and zero point of an activation. */
  affine(index: number): QuantParams {
    const { quantization: q, name } = this.source(index);
    if (q === null) throw unsupported(`tensor '${name}' is not quantized`, { tensor: name });
    if (q.scale.length !== 1 || q.zeroPoint.length !== 1) {
      throw unsupported(`tensor '${name}' has ${q.scale.length} scales, not one`, { tensor: name });
    }
    checkScales(name, q.scale);
    const [zeroPoint] = q.zeroPoint;
    if (!(zeroPoint >= -128 && zeroPoint <= 127)) throw invalid(`tensor '${name}' has the zero point ${zeroPoint}`);
    return { scale: q.scale, zeroPoint: q.zeroPoint, axis: null };
  }

  /** A constant of the new graph; its id. */
  constant(tensor: Pick<Tensor, 'name' | 'shape' | 'dtype' | 'role' | 'quant' | 'data'>): number {
    return this.push(tensor);
  }

  /** int32 values of a small constant: axes, paddings. */
  integers(index: number): readonly number[] {
    const { data, type, name } = this.source(index);
    if (data === null || type !== 'int32' || data.length % 4 !== 0) {
      throw unsupported(`'${name}' is no constant list of int32`, { tensor: name });
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    return Array.from({ length: data.length / 4 }, (_, k) => view.getInt32(4 * k, true));
  }

  /** Appends the op with its output, under a name of its own: conv_2d_1, conv_2d_2. */
  add(operator: TfliteOperator, converted: Converted): void {
    const [index] = operator.outputs;
    if (index === undefined) throw invalid(`operator ${operator.index} has no output`);
    const output = this.activation(index);
    const count = (this.counts.get(converted.kind) ?? 0) + 1;
    this.counts.set(converted.kind, count);
    this.ops.push({ ...converted, name: `${converted.kind}_${count}`, output } as QuantizedOp);
  }

  /** All tensors; the output gets its role. */
  finish(output: number): readonly Tensor[] {
    const id = this.idOf(output);
    return this.tensors.map((t) => (t.id === id ? { ...t, role: 'output' as const } : t));
  }

  private push(tensor: Omit<Tensor, 'id'>): number {
    const id = this.tensors.length;
    this.tensors.push({ ...tensor, id });
    return id;
  }
}

export function checkScales(name: string, scales: readonly number[]): void {
  const wrong = scales.find((s) => !(s > 0 && s < Infinity));
  if (wrong !== undefined) throw invalid(`tensor '${name}' has the scale ${wrong}`, { tensor: name });
}

/** Bytes of a constant tensor, checked against its shape. */
export function constantBytes(tensor: TfliteTensor, elementBytes: number): Uint8Array {
  const wanted = elementCount(tensor.shape) * elementBytes;
  if (tensor.data === null) throw unsupported(`tensor '${tensor.name}' is not constant`, { tensor: tensor.name });
  if (tensor.data.length !== wanted) {
    throw invalid(`tensor '${tensor.name}' has ${tensor.data.length} bytes, its shape needs ${wanted}`);
  }
  return tensor.data;
}
