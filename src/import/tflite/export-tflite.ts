import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';
import { importTflite } from './import-tflite.js';
import { inexpressible, writeOp, type OperatorParts } from './write-op.js';
import { writeTflite, type NewOperator, type NewTensor } from './write-model.js';

/** Numbers of an op that a .tflite file holds only through scales, zero points and activations. */
const DERIVED = [
  'offset',
  'strides',
  'requantize',
  'inputMultipliers',
  'leftShift',
  'window',
  'clampMin',
  'clampMax',
  'axis',
  'before',
  'after',
  'inputMultiplier',
  'diffMin',
  'argument',
  'transposeB',
  'alignCorners',
  'halfPixelCenters',
  'inputGates',
  'recurrentGates',
  'cellScale',
  'cellClip',
] as const;

/**
 * A quantized graph as a .tflite file, integers from edge to edge. A .tflite file holds scales where our graph holds
 * multipliers, so the file is read back: each integer must come out as it went in. Same graph, same bytes.
 * @param generatedBy tool and version, for the file's own record
 * Throws EXPORT_TFLITE_INEXPRESSIBLE with every op whose integers scales cannot express.
 */
export function exportTflite(graph: QuantizedGraph, generatedBy: string): Uint8Array {
  const writer = new GraphWriter(graph);
  const problems: string[] = [];
  for (const op of graph.ops) {
    const parts = writeOp(graph, op);
    if (typeof parts === 'string') problems.push(`${op.name} (${op.kind}): ${parts}`);
    else writer.add(op, parts);
  }
  if (problems.length > 0) throw inexpressible(graph.name, problems);
  const file = writer.finish(generatedBy);
  const differing = differences(graph, file);
  if (differing.length > 0) throw inexpressible(graph.name, differing);
  return file;
}

/** What of the graph does not survive the file. */
function differences(graph: QuantizedGraph, file: Uint8Array): string[] {
  const { name, rounding = 'tflite' } = graph;
  const again = importTflite(file, { name, rounding, toolVersion: '' });
  return graph.ops.flatMap((op, k) => {
    const fields = differingFields(graph, op, again, again.ops[k]);
    return fields.length === 0 ? [] : [`${op.name} (${op.kind}): ${fields.join(', ')}`];
  });
}

function differingFields(
  graph: QuantizedGraph,
  op: QuantizedOp,
  again: QuantizedGraph,
  other: QuantizedOp | undefined,
): string[] {
  if (other === undefined) return ['is not read back'];
  if (op.kind !== other.kind) return [`is read back as ${other.kind}`];
  const [ours, theirs] = [op, other] as unknown as readonly Record<string, unknown>[];
  const numbers = DERIVED.filter((field) => canonical(ours[field]) !== canonical(theirs[field]));
  const constants = (['weights', 'bias', 'table'] as const).filter((field) => {
    const [a, b] = [ours[field], theirs[field]] as readonly (number | null | undefined)[];
    const [x, y] = [a == null ? null : graph.tensors[a], b == null ? null : again.tensors[b]];
    return x?.dtype !== y?.dtype || String(x?.data) !== String(y?.data);
  });
  const shape = (of: QuantizedGraph, id: number): string => String(of.tensors[id].shape);
  const output = shape(graph, op.output) === shape(again, other.output) ? [] : ['output shape'];
  return [...numbers, ...constants, ...output];
}

/** The same text for equal values, whatever the order of their members. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, of]) => `${key}:${canonical(of)}`).join()}}`;
}

/** Collects tensors and operators. */
class GraphWriter {
  private readonly tensors: NewTensor[] = [];
  private readonly operators: NewOperator[] = [];
  /** Place in the file of the graph's run-time tensors. */
  private readonly places = new Map<number, number>();

  constructor(private readonly graph: QuantizedGraph) {
    this.activation(graph.input);
  }

  add(op: QuantizedOp, { code, inputs, constants, options }: OperatorParts): void {
    const read = [
      ...inputs.map((id) => this.places.get(id)!),
      ...constants.map((c) => (c === null ? -1 : this.put(c))),
    ];
    this.operators.push({ code, inputs: read, outputs: [this.activation(op.output)], options });
  }

  finish(description: string): Uint8Array {
    const { name, input, output } = this.graph;
    const { tensors, operators } = this;
    const [inputs, outputs] = [[this.places.get(input)!], [this.places.get(output)!]];
    return writeTflite({ description, name, tensors, operators, inputs, outputs });
  }

  private activation(id: number): number {
    const { name, shape, quant, dtype }: Tensor = this.graph.tensors[id];
    const quantization = { scale: quant!.scale, zeroPoint: quant!.zeroPoint, axis: 0 };
    const place = this.put({ name, shape: [1, ...shape], type: dtype, quantization, data: null });
    this.places.set(id, place);
    return place;
  }

  private put(tensor: NewTensor): number {
    return this.tensors.push(tensor) - 1;
  }
}
