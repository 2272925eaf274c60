import type { QuantizedOp } from '../../ir/graph.js';
import type { QuantParams } from '../../ir/quant-params.js';
import type { Rounding } from '../../ir/requantize.js';
import { elementCount, type Tensor, type TensorRole } from '../../ir/tensor.js';
import type { Converted } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { TfliteModel, TfliteTensor } from './read-model.js';

/** Inputs that one concatenation takes. */
const MOST_JOINED = 64;

/** Bytes of constants that a model may have, each operator's counted for itself: many operators may name the same ones. */
const MOST_CONSTANT_BYTES = 2 ** 28;

/** Collects tensors and ops while operators are converted one by one. */
export class GraphMaker {
  readonly ops: QuantizedOp[] = [];
  private readonly tensors: Tensor[] = [];
  /** Ids of run-time tensors by their index in the file. */
  private readonly ids = new Map<number, number>();
  private readonly counts = new Map<string, number>();
  private constantBytes = 0;

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

  /** A tensor that is filled at run time: int8 or int16, without its batch axis. */
  activation(index: number, role: TensorRole = 'activation'): number {
    const tensor = this.source(index);
    const { name, type } = tensor;
    if (type !== 'int8' && type !== 'int16') {
      throw unsupported(`tensor '${name}' is ${type}, not int8 or int16`, { tensor: name, type });
    }
    if (this.ids.has(index)) throw invalid(`tensor '${name}' is written twice`);
    const shape = this.shape(index);
    const id = this.put({ name, shape, dtype: type, role, quant: this.affine(index), data: null });
    this.ids.set(index, id);
    return id;
  }

  /** The shape without the batch axis. A vector has none, nor has what begins with another number than 1: rows. */
  shape(index: number): readonly number[] {
    const { shape } = this.source(index);
    return shape.length === 0 ? [1] : shape.slice(this.leadingAxes(index));
  }

  /** Axes of the file's shape that ours leaves out: 1 where there is a batch axis. */
  leadingAxes(index: number): 0 | 1 {
    const { shape } = this.source(index);
    return shape.length > 1 && shape[0] === 1 ? 1 : 0;
  }

  /** The width of an activation or of a constant beside one. */
  dtype(index: number): 'int8' | 'int16' {
    return this.source(index).type === 'int16' ? 'int16' : 'int8';
  }

  /** The one scale and zero point of an activation. */
  affine(index: number): QuantParams {
    const { quantization: q, name, type } = this.source(index);
    if (q === null) throw unsupported(`tensor '${name}' is not quantized`, { tensor: name });
    if (q.scale.length !== 1 || q.zeroPoint.length !== 1) {
      throw unsupported(`tensor '${name}' has ${q.scale.length} scales, not one`, { tensor: name });
    }
    checkScales(name, q.scale);
    const [zeroPoint] = q.zeroPoint;
    if (type === 'int16' && zeroPoint !== 0) {
      throw unsupported(`tensor '${name}' is int16 with the zero point ${zeroPoint}, not 0`, { tensor: name });
    }
    if (!(zeroPoint >= -128 && zeroPoint <= 127)) throw invalid(`tensor '${name}' has the zero point ${zeroPoint}`);
    return { scale: q.scale, zeroPoint: q.zeroPoint, axis: null };
  }

  /** A tensor of the new graph; its id. */
  put(tensor: Omit<Tensor, 'id'>): number {
    const id = this.tensors.length;
    this.constantBytes += tensor.data?.byteLength ?? 0;
    if (this.constantBytes > MOST_CONSTANT_BYTES) {
      throw invalid(`its operators take more than ${MOST_CONSTANT_BYTES} bytes of constants`);
    }
    this.tensors.push({ ...tensor, id });
    return id;
  }

  /** Is it a constant of the file? */
  isConstant(index: number): boolean {
    return this.source(index).data !== null && !this.ids.has(index);
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

  /** The tensor is taken as written, by an operator that could not be converted. */
  assume(index: number): void {
    if (this.ids.has(index)) return;
    const { name } = this.source(index);
    const quant = { scale: [1], zeroPoint: [0], axis: null };
    const id = this.put({ name, shape: this.shape(index), dtype: 'int8', role: 'activation', quant, data: null });
    this.ids.set(index, id);
  }

  /** Appends an op whose output stands in the file. */
  add(index: number, converted: Converted): void {
    this.push(converted, this.activation(index));
  }

  /** Appends an op whose output does not stand in the file; its id. */
  between(converted: Converted, shape: readonly number[], quant: QuantParams): number {
    const name = `${converted.kind}_${(this.counts.get(converted.kind) ?? 0) + 1}_between`;
    const { dtype } = this.tensors[converted.input];
    const output = this.put({ name, shape, dtype, role: 'activation', quant, data: null });
    this.push(converted, output);
    return output;
  }

  /** Under a name of its own: conv_2d_1, conv_2d_2. */
  private push(converted: Converted, output: number): void {
    const count = (this.counts.get(converted.kind) ?? 0) + 1;
    this.counts.set(converted.kind, count);
    this.ops.push({ ...converted, name: `${converted.kind}_${count}`, output } as QuantizedOp);
  }

  /** The computed tensor under another shape, by a reshape where it has another. */
  reshaped(id: number, shape: readonly number[]): number {
    const { shape: own, quant } = this.tensors[id];
    if (String(own) === String(shape)) return id;
    return this.between({ kind: 'reshape', input: id, inputs: [id] }, shape, quant!);
  }

  /** Computed tensors of one quantization behind each other along `axis`, in as many steps as it takes. */
  joined(ids: readonly number[], axis: number): Converted {
    let parts = ids;
    while (parts.length > MOST_JOINED) {
      const groups = Array.from({ length: Math.ceil(parts.length / MOST_JOINED) }, (_, k) =>
        parts.slice(k * MOST_JOINED, (k + 1) * MOST_JOINED),
      );
      parts = groups.map((group) => {
        const { shape, quant } = this.tensors[group[0]];
        const size = group.reduce((n, id) => n + this.tensors[id].shape[axis], 0);
        const whole = shape.map((d, k) => (k === axis ? size : d));
        return this.between({ kind: 'concatenation', input: group[0], inputs: group, axis }, whole, quant!);
      });
    }
    return { kind: 'concatenation', input: parts[0], inputs: parts, axis };
  }

  /** The same bytes in another quantization: a table that changes nothing. */
  reinterpreted(id: number, quant: QuantParams): number {
    const { shape, quant: own } = this.tensors[id];
    if (own!.scale[0] === quant.scale[0] && own!.zeroPoint[0] === quant.zeroPoint[0]) return id;
    return this.between(this.identity(id), shape, quant);
  }

  /** Each byte as it is. */
  identity(id: number): Converted {
    return this.table(id, (q) => q);
  }

  /** A table of what `of` makes of each byte. */
  table(id: number, of: (q: number) => number): Converted {
    if (this.tensors[id].dtype === 'int16') throw unsupported('it works on int16, of which no table is made');
    const data = Int8Array.from({ length: 256 }, (_, k) => of(k - 128));
    const name = `table_${this.tensors.length}`;
    const table = this.put({ name, shape: [256], dtype: 'int8', role: 'table', quant: null, data });
    return { kind: 'lookup', input: id, table, activation: 'arithmetic' };
  }

  tensor(id: number): Tensor {
    return this.tensors[id];
  }

  /** All tensors; the output gets its role. */
  finish(output: number): readonly Tensor[] {
    return this.tensors.map((t) => (t.id === output ? { ...t, role: 'output' as const } : t));
  }
}

export function checkScales(name: string, scales: readonly number[]): void {
  const wrong = scales.find((s) => !(s > 0 && s < Infinity));
  if (wrong !== undefined) throw invalid(`tensor '${name}' has the scale ${wrong}`, { tensor: name });
}

/** Bytes of a constant tensor, checked against its shape. int4 values take half a byte each. */
export function constantBytes(tensor: TfliteTensor, elementBytes: number): Uint8Array {
  const wanted = Math.ceil(elementCount(tensor.shape) * elementBytes);
  if (tensor.data === null) throw unsupported(`tensor '${tensor.name}' is not constant`, { tensor: tensor.name });
  if (tensor.data.length !== wanted) {
    throw invalid(`tensor '${tensor.name}' has ${tensor.data.length} bytes, its shape needs ${wanted}`);
  }
  return tensor.data;
}
