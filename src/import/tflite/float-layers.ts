import { isToolError } from '../../errors/tool-error.js';
import type { Activation } from '../../ir/graph.js';
import type { LayerSpec, Padding } from '../../ir/model-spec.js';
import { elementCount } from '../../ir/tensor.js';
import { adviceFor } from './advice.js';
import type { Table } from './checked-buffer.js';
import { invalid, unsupported } from './errors.js';
import { constantFloats } from './float-constants.js';
import { computesShapes } from './int8-part.js';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './read-model.js';
import {
  ACTIVATIONS,
  ARITHMETIC,
  CONV_2D,
  DEPTHWISE,
  FULLY_CONNECTED,
  PADDING,
  POOL_2D,
  type TfliteActivation,
} from './schema.js';

export interface Problem {
  readonly operator: string;
  readonly layer: string;
  readonly why: string;
}

type Parts = Readonly<Record<string, Float32Array>>;

interface ReadLayer {
  readonly spec: LayerSpec;
  readonly parts: Parts;
  /** Tensor of the file that it writes. */
  readonly output: number;
}

/** What an operator is here: a layer, words if it is nothing, or the tensor that it passes on as it is. */
type Reading = { readonly spec: LayerSpec; readonly parts: Parts } | { readonly same: number };

const FUSED: Partial<Record<TfliteActivation, Activation>> = {
  none: 'none',
  relu: 'relu',
  relu6: 'relu6',
  tanh: 'tanh',
};
const ELEMENTWISE: Readonly<Record<string, Activation>> = {
  RELU: 'relu',
  RELU6: 'relu6',
  TANH: 'tanh',
  LOGISTIC: 'sigmoid',
};
/** With the variance 1 - EPSILON, normalization divides by one. */
const EPSILON = 0.0009765625;

/** Reads the operators of a float model as layers, one after the other. */
export class FloatGraphReader {
  private readonly layers: ReadLayer[] = [];
  /** Names of what stands in the file's tensors. */
  private readonly names = new Map<number, string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly model: TfliteModel) {
    this.names.set(model.inputs[0], 'input');
  }

  /** Everything that has no counterpart. */
  readAll(): Problem[] {
    const problems: Problem[] = [];
    for (const operator of this.model.operators) {
      if (computesShapes(this.model, operator) || this.isDequantizedConstant(operator)) continue;
      const [output] = operator.outputs;
      if (output === undefined) throw invalid(`operator ${operator.index} (${operator.code}) has no output`);
      try {
        const reading = this.read(operator);
        if ('same' in reading) this.names.set(output, this.nameOf(reading.same));
        else this.add(reading.spec, reading.parts, output);
      } catch (error) {
        if (!isToolError(error) || error.code !== 'IMPORT_TFLITE_UNSUPPORTED') throw error;
        const layer = this.model.tensors[output].name;
        problems.push({ operator: operator.code, layer, why: String(error.context['why'] ?? error.message) });
        this.names.set(output, `unread_${output}`);
      }
    }
    return problems;
  }

  /** The layers, the one that writes `output` last. */
  layersUpTo(output: number): readonly ReadLayer[] {
    const name = this.names.get(output);
    if (name === undefined) throw invalid('no operator writes its output');
    const last = this.layers.filter(({ spec }) => spec.name === name);
    return [...this.layers.filter(({ spec }) => spec.name !== name), ...last];
  }

  parameter(layer: string, part: string): Float32Array {
    const found = this.layers.find(({ spec }) => spec.name === layer)?.parts[part];
    if (found === undefined) throw invalid(`layer '${layer}' has no ${part}`);
    return found;
  }

  private add(spec: LayerSpec, parts: Parts, output: number): void {
    const count = (this.counts.get(spec.type) ?? 0) + 1;
    this.counts.set(spec.type, count);
    const name = `${spec.type}_${count}`;
    this.layers.push({ spec: { ...spec, name }, parts, output });
    this.names.set(output, name);
  }

  private nameOf(index: number): string {
    const name = this.names.get(index);
    if (name === undefined) {
      const tensor = this.model.tensors[index];
      throw tensor?.data == null
        ? invalid(`tensor '${tensor?.name ?? index}' is read before it is written`)
        : unsupported(`the constant '${tensor.name}' stands where only a computed value can`);
    }
    return name;
  }

  /** float16 weights behind a DEQUANTIZE: read where they are used. */
  private isDequantizedConstant({ code, inputs }: TfliteOperator): boolean {
    return (
      code === 'DEQUANTIZE' && inputs.length === 1 && inputs[0] >= 0 && this.model.tensors[inputs[0]].data !== null
    );
  }

  private tensor(index: number | undefined): TfliteTensor {
    const tensor = index === undefined ? undefined : this.model.tensors[index];
    if (tensor === undefined) throw invalid('an operator lacks an input');
    return tensor;
  }

  private floats(index: number): Float32Array {
    const behind = this.model.operators.find((o) => o.outputs.includes(index) && this.isDequantizedConstant(o));
    return constantFloats(this.tensor(behind === undefined ? index : behind.inputs[0]));
  }

  private isConstant(index: number): boolean {
    return !this.names.has(index);
  }

  private read(operator: TfliteOperator): Reading {
    const { code, inputs } = operator;
    const [x] = inputs;
    const activation = ELEMENTWISE[code];
    if (activation !== undefined)
      return { spec: { type: 'activation', activation, from: [this.nameOf(x)] }, parts: {} };
    switch (code) {
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D':
        return this.convolution(operator, code === 'DEPTHWISE_CONV_2D');
      case 'FULLY_CONNECTED':
        return this.dense(operator);
      case 'AVERAGE_POOL_2D':
      case 'MAX_POOL_2D':
        return this.pool(operator);
      case 'MEAN':
        return this.mean(operator);
      case 'ADD':
        return this.isConstant(inputs[0]) || this.isConstant(inputs[1]) ? this.norm(operator) : this.sum(operator);
      case 'MUL':
        return this.norm(operator);
      case 'RESHAPE':
      case 'SQUEEZE':
      case 'EXPAND_DIMS':
        return this.reshape(operator);
      case 'SOFTMAX':
        if (operator.outputs[0] !== this.model.outputs[0]) throw unsupported('a softmax in the middle of the network');
        return { same: x };
      case 'DEQUANTIZE':
      case 'QUANTIZE':
        throw unsupported('the network is int8 in parts: convert it again as a whole, float or int8');
      default:
        throw unsupported(adviceFor(code));
    }
  }

  private options({ options, index, code }: TfliteOperator): Table {
    if (options === null) throw invalid(`operator ${index} (${code}) has no options`);
    return options;
  }

  private fused(options: Table, id: number): Activation {
    const name = ACTIVATIONS[options.int8(id)];
    const found = name === undefined ? undefined : FUSED[name];
    if (found === undefined) throw unsupported(`it has the fused activation ${name ?? options.int8(id)}`);
    return found;
  }

  private padding(options: Table, id: number): Padding {
    const padding = PADDING[options.int8(id)];
    if (padding === undefined) throw invalid(`it pads in the way ${options.int8(id)}`);
    return padding;
  }

  private convolution(operator: TfliteOperator, depthwise: boolean): Reading {
    const [x, w, b = -1] = operator.inputs;
    const options = this.options(operator);
    const ids = depthwise ? DEPTHWISE : CONV_2D;
    const { shape } = this.tensor(w);
    const channels = this.tensor(x).shape[3];
    if (shape.length !== 4 || this.tensor(x).shape.length !== 4) throw unsupported('it takes no image');
    if (!depthwise && shape[3] !== channels) throw unsupported('it has groups');
    if (options.int32(ids.dilationH, 1) !== 1 || options.int32(ids.dilationW, 1) !== 1) {
      throw unsupported('float networks have no dilated convolutions here; import the model quantized to int8');
    }
    const common = {
      from: [this.nameOf(x)],
      kernel: [shape[1], shape[2]] as const,
      strides: [options.int32(ids.strideH), options.int32(ids.strideW)] as const,
      padding: this.padding(options, ids.padding),
      activation: this.fused(options, ids.activation),
      bias: b >= 0,
    };
    const parts = { weights: this.floats(w), ...(b < 0 ? {} : { bias: this.floats(b) }) };
    return depthwise
      ? { spec: { type: 'depthwise_conv_2d', multiplier: shape[3] / channels, ...common }, parts }
      : { spec: { type: 'conv_2d', filters: shape[0], ...common }, parts };
  }

  private dense(operator: TfliteOperator): Reading {
    const [x, w, b = -1] = operator.inputs;
    const options = this.options(operator);
    const [units, inputs] = this.tensor(w).shape;
    if (options.int8(FULLY_CONNECTED.weightsFormat) !== 0) throw unsupported('it has shuffled weights');
    const { shape } = this.tensor(x);
    if (elementCount(shape) !== inputs) throw unsupported(`it works row by row on [${shape.join(', ')}]`);
    const activation = this.fused(options, FULLY_CONNECTED.activation);
    const parts = { weights: this.floats(w), ...(b < 0 ? {} : { bias: this.floats(b) }) };
    return { spec: { type: 'dense', units, activation, dropout: 0, bias: b >= 0, from: [this.nameOf(x)] }, parts };
  }

  private pool(operator: TfliteOperator): Reading {
    const [x] = operator.inputs;
    const options = this.options(operator);
    if (this.fused(options, POOL_2D.activation) !== 'none') throw unsupported('it has a fused activation');
    const spec = {
      type: operator.code === 'MAX_POOL_2D' ? ('max_pool_2d' as const) : ('average_pool_2d' as const),
      pool: [options.int32(POOL_2D.filterH), options.int32(POOL_2D.filterW)] as const,
      strides: [options.int32(POOL_2D.strideH), options.int32(POOL_2D.strideW)] as const,
      padding: this.padding(options, POOL_2D.padding),
      from: [this.nameOf(x)],
    };
    return { spec, parts: {} };
  }

  private mean(operator: TfliteOperator): Reading {
    const [x, axes] = operator.inputs;
    const { data, type } = this.tensor(axes);
    const { shape } = this.tensor(x);
    if (data === null || type !== 'int32') throw unsupported('its axes are computed');
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const over = Array.from({ length: data.length >> 2 }, (_, k) => view.getInt32(4 * k, true));
    const positive = over.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);
    if (shape.length !== 4 || String(positive) !== '1,2') throw unsupported(`it goes over the axes ${over.join(', ')}`);
    return { spec: { type: 'global_average_pool_2d', from: [this.nameOf(x)] }, parts: {} };
  }

  private sum(operator: TfliteOperator): Reading {
    const { inputs } = operator;
    const [a, b] = inputs.map((id) => this.tensor(id).shape);
    if (String(a) !== String(b)) throw unsupported(`it repeats [${a.join(', ')}] or [${b.join(', ')}]`);
    const activation = this.fused(this.options(operator), ARITHMETIC.activation);
    return { spec: { type: 'add', activation, from: inputs.map((id) => this.nameOf(id)) }, parts: {} };
  }

  /** A product or a sum with a constant for each channel. */
  private norm(operator: TfliteOperator): Reading {
    const [a, b] = operator.inputs;
    const [x, constant] = this.isConstant(a) ? [b, a] : [a, b];
    if (!this.isConstant(constant)) throw unsupported('it multiplies two computed tensors');
    const channels = this.tensor(x).shape.at(-1) ?? 1;
    const given = this.floats(constant);
    if (given.length !== 1 && given.length !== channels) throw unsupported('its constant is not one for each channel');
    const values = given.length === channels ? given : new Float32Array(channels).fill(given[0]);
    const multiplies = operator.code === 'MUL';
    const activation = this.fused(this.options(operator), ARITHMETIC.activation);
    const spec = { type: 'batch_norm', momentum: 0.99, epsilon: EPSILON, activation, from: [this.nameOf(x)] } as const;
    const parts = {
      gamma: multiplies ? values : new Float32Array(channels).fill(1),
      beta: multiplies ? new Float32Array(channels) : values,
      moving_mean: new Float32Array(channels),
      moving_variance: new Float32Array(channels).fill(1 - EPSILON),
    };
    return { spec, parts };
  }

  private reshape(operator: TfliteOperator): Reading {
    const [x] = operator.inputs;
    const own = (index: number): readonly number[] => this.tensor(index).shape.slice(1);
    const [from, to] = [own(x), own(operator.outputs[0])];
    if (String(from) === String(to)) return { same: x };
    const spec: LayerSpec =
      to.length === 1
        ? { type: 'flatten', from: [this.nameOf(x)] }
        : { type: 'reshape', shape: to, from: [this.nameOf(x)] };
    return { spec, parts: {} };
  }
}
