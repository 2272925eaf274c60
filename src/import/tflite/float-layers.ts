import { isToolError } from '../../errors/tool-error.js';
import type { Activation } from '../../ir/graph.js';
import type { Shape } from '../../ir/layer-rule.js';
import { layerRule } from '../../ir/layer-rules.js';
import type { LayerSpec } from '../../ir/model-spec.js';
import { elementCount } from '../../ir/tensor.js';
import { adviceFor } from './advice.js';
import { CONVERTERS } from './converters.js';
import { invalid, unsupported } from './errors.js';
import { constantFloats } from './float-constants.js';
import { FLOAT_OPERATORS } from './float-operators.js';
import { foldDilations } from './fold-dilations.js';
import { computesShapes } from './int8-part.js';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './read-model.js';

export interface Problem {
  readonly operator: string;
  readonly layer: string;
  readonly why: string;
}

type Parts = Readonly<Record<string, Float32Array>>;

export interface ReadLayer {
  readonly spec: LayerSpec & { readonly name: string; readonly from: readonly string[] };
  readonly parts: Parts;
}

/** A layer before it has a name and inputs. */
type Unnamed = LayerSpec extends infer S ? (S extends LayerSpec ? Omit<S, 'name' | 'from'> : never) : never;

/** Names stand for the values that layers give; `input` are the network's. */
export class FloatGraphReader {
  private readonly layers: ReadLayer[] = [];
  /** Names of what stands in the file's tensors. */
  private readonly names = new Map<number, string>();
  private readonly shapes = new Map<string, Shape>();
  private readonly counts = new Map<string, number>();
  private readonly operators: readonly TfliteOperator[];

  constructor(readonly model: TfliteModel) {
    const [input] = model.inputs;
    this.operators = foldDilations(model, model.operators);
    this.names.set(input, 'input');
    this.shapes.set('input', this.shapeOf(input));
  }

  /** Reads every operator; what has no counterpart is listed. */
  readAll(): Problem[] {
    const problems: Problem[] = [];
    for (const operator of this.operators) {
      if (computesShapes(this.model, operator) || this.isDequantizedConstant(operator)) continue;
      const [output] = operator.outputs;
      if (output === undefined) throw invalid(`operator ${operator.index} (${operator.code}) has no output`);
      try {
        this.names.set(output, this.shaped(this.read(operator), this.shapeOf(output), operator));
      } catch (error) {
        if (!isToolError(error) || error.code !== 'IMPORT_TFLITE_UNSUPPORTED') throw error;
        const layer = this.model.tensors[output].name;
        problems.push({ operator: operator.code, layer, why: String(error.context['why'] ?? error.message) });
        this.assume(operator);
      }
    }
    return problems;
  }

  /** The layers that make `output`, the one that writes it last. */
  layersUpTo(output: number): readonly ReadLayer[] {
    const name = this.names.get(output);
    if (name === undefined) throw invalid('no operator writes its output');
    const needed = new Set([name]);
    for (const { spec } of [...this.layers].reverse()) {
      if (needed.has(spec.name)) for (const from of spec.from) needed.add(from);
    }
    const used = this.layers.filter(({ spec }) => needed.has(spec.name));
    const last = used.findIndex(({ spec }) => spec.name === name);
    return used.slice(0, last + 1);
  }

  parameter(layer: string, part: string): Float32Array {
    const found = this.layerOf(layer)?.parts[part];
    if (found === undefined) throw invalid(`layer '${layer}' has no ${part}`);
    return found;
  }

  /** Appends a layer that reads these values; the name of what it gives. */
  put(spec: Unnamed, from: readonly string[], parts: Parts = {}): string {
    const count = (this.counts.get(spec.type) ?? 0) + 1;
    const name = `${spec.type}_${count}`;
    const whole = { ...spec, name, from } as ReadLayer['spec'];
    const shape = layerRule(whole).outputShape(
      whole,
      from.map((f) => this.shapes.get(f)!),
    );
    if (typeof shape === 'string') throw unsupported(`as a layer it ${shape}`);
    this.counts.set(spec.type, count);
    this.layers.push({ spec: whole, parts });
    this.shapes.set(name, shape);
    return name;
  }

  activated(name: string, activation: Activation): string {
    return activation === 'none' ? name : this.put({ type: 'activation', activation }, [name]);
  }

  /** The same values in another shape. */
  reshaped(name: string, shape: Shape): string {
    if (String(this.shape(name)) === String(shape)) return name;
    const own = this.layerOf(name)?.spec;
    // Of several reshapes in a row the last one counts.
    if (own?.type === 'reshape' || own?.type === 'flatten') return this.reshaped(own.from[0], shape);
    return this.put(shape.length === 1 ? { type: 'flatten' } : { type: 'reshape', shape }, [name]);
  }

  /**
   * Each channel times its factor, plus its offset: in the weights of the layer below where that feeds nothing else, or a
   * depthwise convolution of one place.
   */
  scaled(index: number, factors: Float32Array, offsets: Float32Array, activation: Activation): string {
    const name = this.nameOf(index);
    const below = this.linearBelow(name, factors.length);
    const folded = below === undefined ? null : withFactors(below, factors, offsets);
    if (folded !== null) {
      const layer = { ...folded, spec: { ...folded.spec, activation } as ReadLayer['spec'] };
      this.layers[this.layers.indexOf(below!)] = layer;
      return name;
    }
    const shape = this.shape(name);
    const image = this.reshaped(name, [1, elementCount(shape) / factors.length, factors.length]);
    const one = [1, 1] as const;
    const spec = { type: 'depthwise_conv_2d', multiplier: 1, kernel: one, strides: one, padding: 'valid' } as const;
    const parts = { weights: factors, bias: offsets };
    return this.reshaped(this.put({ ...spec, activation, bias: true }, [image], parts), shape);
  }

  /** The layer that gives `name` and feeds nothing else, reshapes that keep the channels left out. */
  private linearBelow(name: string, channels: number): ReadLayer | undefined {
    let at = name;
    for (;;) {
      const layer = this.layerOf(at);
      if (layer === undefined || this.isShared(at) || this.shape(at).at(-1) !== channels) return undefined;
      if (layer.spec.type !== 'reshape' && layer.spec.type !== 'flatten') return layer;
      at = layer.spec.from[0];
    }
  }

  private layerOf(name: string): ReadLayer | undefined {
    return this.layers.find(({ spec }) => spec.name === name);
  }

  /** Do several operators, or somebody outside, read the values of this layer? */
  private isShared(name: string): boolean {
    const isOwn = (index: number): boolean => this.names.get(index) === name;
    const readers = this.operators.filter(({ inputs, outputs }) => inputs.some(isOwn) && !outputs.some(isOwn));
    return readers.length > 1 || this.model.outputs.some(isOwn);
  }

  shape(name: string): Shape {
    return this.shapes.get(name)!;
  }

  nameOf(index: number): string {
    const name = this.names.get(index);
    if (name !== undefined) return name;
    const tensor = this.model.tensors[index];
    throw tensor?.data == null
      ? invalid(`tensor '${tensor?.name ?? index}' is read before it is written`)
      : unsupported(`the constant '${tensor.name}' stands where only a computed value can`);
  }

  isConstant(index: number): boolean {
    return !this.names.has(index);
  }

  isOutput(index: number): boolean {
    return this.model.outputs.includes(index);
  }

  tensor(index: number | undefined): TfliteTensor {
    const tensor = index === undefined ? undefined : this.model.tensors[index];
    if (tensor === undefined) throw invalid('an operator lacks an input');
    return tensor;
  }

  /** Shape in the file, without the batch. */
  shapeOf(index: number): Shape {
    const { shape, name } = this.tensor(index);
    if (shape.length < 2) return shape;
    if (shape[0] !== 1) throw unsupported(`'${name}' has the batch size ${shape[0]}, not 1`, { tensor: name });
    return shape.slice(1);
  }

  /** An axis of the file's tensor as one of ours. */
  axisOf(index: number, axis: number): number {
    const rank = this.tensor(index).shape.length;
    const positive = axis < 0 ? axis + rank : axis;
    if (positive < 0 || positive >= rank) throw invalid(`an operator names the axis ${axis}`);
    if (rank > 1 && positive === 0) throw unsupported('it works along the batch axis');
    return rank > 1 ? positive - 1 : positive;
  }

  floats(index: number): Float32Array {
    const behind = this.operators.find((o) => o.outputs.includes(index) && this.isDequantizedConstant(o));
    return constantFloats(this.tensor(behind === undefined ? index : behind.inputs[0]));
  }

  integers(index: number | undefined): number[] {
    const { data, type, name } = this.tensor(index);
    if (data === null || type !== 'int32') throw unsupported(`'${name}' is no constant of int32`);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    return Array.from({ length: data.length >> 2 }, (_, k) => view.getInt32(4 * k, true));
  }

  private read(operator: TfliteOperator): string {
    const reader = FLOAT_OPERATORS[operator.code];
    if (reader !== undefined) return reader(operator, this);
    throw unsupported(
      operator.code in CONVERTERS
        ? 'float networks have no such layer here: import the model quantized to int8'
        : adviceFor(operator.code),
    );
  }

  /** As the file says that the operator's output is shaped. */
  private shaped(name: string, shape: Shape, { index, code }: TfliteOperator): string {
    if (elementCount(shape) === elementCount(this.shape(name))) return this.reshaped(name, shape);
    const own = this.shape(name).join(', ');
    throw invalid(`operator ${index} (${code}) gives [${own}] to an output of shape [${shape.join(', ')}]`);
  }

  /** What reads it is looked at all the same. */
  private assume({ outputs }: TfliteOperator): void {
    for (const output of outputs) {
      const name = `unread_${output}`;
      this.names.set(output, name);
      const { shape } = this.model.tensors[output];
      this.shapes.set(name, shape.length > 1 ? shape.slice(1) : shape);
    }
  }

  /** float16 weights behind a DEQUANTIZE: read where they are used. */
  private isDequantizedConstant({ code, inputs }: TfliteOperator): boolean {
    return (
      code === 'DEQUANTIZE' && inputs.length === 1 && inputs[0] >= 0 && this.model.tensors[inputs[0]].data !== null
    );
  }
}

/** The layer with its weights and bias times `factors`, plus `offsets`; null where it has no weights or an activation. */
function withFactors({ spec, parts }: ReadLayer, factors: Float32Array, offsets: Float32Array): ReadLayer | null {
  if (spec.type !== 'dense' && spec.type !== 'conv_2d' && spec.type !== 'depthwise_conv_2d') return null;
  if (spec.activation !== 'none') return null;
  const { weights, bias } = parts;
  const channels = factors.length;
  const own = spec.type === 'dense' ? spec.units : spec.type === 'conv_2d' ? spec.filters : channels;
  if (own !== channels || weights.length % channels !== 0) return null;
  const each = weights.length / channels;
  const last = spec.type === 'depthwise_conv_2d';
  return {
    spec: { ...spec, bias: true },
    parts: {
      weights: weights.map((w, i) => w * factors[last ? i % channels : Math.floor(i / each)]),
      bias: factors.map((f, c) => (bias?.[c] ?? 0) * f + offsets[c]),
    },
  };
}
