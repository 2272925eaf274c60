import type { Activation } from '../../ir/graph.js';
import type { Pair } from '../../ir/model-spec.js';
import { elementCount } from '../../ir/tensor.js';
import { inputsOf, optionsOf } from './converter.js';
import { invalid, unsupported } from './errors.js';
import { readConvolution } from './float-convolution.js';
import type { FloatGraphReader } from './float-layers.js';
import { checkWindow, fusedOf } from './float-window.js';
import type { TfliteOperator } from './read-model.js';
import { ARITHMETIC, CONCATENATION, FULLY_CONNECTED, POOL_2D } from './schema.js';
import { paddingOf } from './window.js';

/** Appends the layers that compute what the operator does; the name of what they give. */
export type FloatOperator = (operator: TfliteOperator, reader: FloatGraphReader) => string;

const activation =
  (of: Activation): FloatOperator =>
  (operator, reader) =>
    reader.activated(reader.nameOf(inputsOf(operator, 1)[0]), of);

/** Rows of an input of more axes are multiplied one by one: a convolution of one place. */
const dense: FloatOperator = (operator, reader) => {
  const [x, w, b = -1] = inputsOf(operator, 2);
  const { shape } = reader.tensor(w);
  const [units, inputs] = shape;
  if (shape.length !== 2)
    throw invalid(`operator ${operator.index} (FULLY_CONNECTED) has weights of ${shape.length} axes`);
  if (optionsOf(operator).int8(FULLY_CONNECTED.weightsFormat) !== 0) throw unsupported('it has shuffled weights');
  const activation = fusedOf(operator, FULLY_CONNECTED.activation);
  const parts = { weights: reader.floats(w), ...(b < 0 ? {} : { bias: reader.floats(b) }) };
  const from = reader.nameOf(x);
  const rows = elementCount(reader.shape(from)) / inputs;
  if (!Number.isInteger(rows))
    throw invalid(`operator ${operator.index} (FULLY_CONNECTED) has weights for ${inputs} inputs`);
  const bias = b >= 0;
  if (rows === 1) return reader.put({ type: 'dense', units, activation, dropout: 0, bias }, [from], parts);
  const one = [1, 1] as const;
  const window = { kernel: one, strides: one, padding: 'valid' } as const;
  const image = reader.reshaped(from, [1, rows, inputs]);
  return reader.put({ type: 'conv_2d', filters: units, ...window, activation, bias }, [image], parts);
};

const pool: FloatOperator = (operator, reader) => {
  const [x] = inputsOf(operator, 1);
  const options = optionsOf(operator);
  const pair = (h: number, w: number): Pair => [options.int32(h), options.int32(w)];
  const [size, strides] = [pair(POOL_2D.filterH, POOL_2D.filterW), pair(POOL_2D.strideH, POOL_2D.strideW)];
  checkWindow(operator, [...size, ...strides]);
  const type = operator.code === 'MAX_POOL_2D' ? 'max_pool_2d' : 'average_pool_2d';
  const padding = paddingOf(options, POOL_2D.padding, operator);
  const pooled = reader.put({ type, pool: size, strides, padding }, [reader.nameOf(x)]);
  return reader.activated(pooled, fusedOf(operator, POOL_2D.activation));
};

/** Over neighbouring axes that are not the last: a mean or an average over the whole of an image's axis. */
const mean: FloatOperator = (operator, reader) => {
  const [x, axes] = inputsOf(operator, 2);
  const from = reader.nameOf(x);
  const shape = reader.shape(from);
  const over = [...new Set(reader.integers(axes).map((axis) => reader.axisOf(x, axis)))].sort((a, b) => a - b);
  const [first, last] = [over[0], over[over.length - 1]];
  if (over.length === 0 || last - first !== over.length - 1)
    throw unsupported(`it goes over the axes ${over.join(', ')}`);
  if (last === shape.length - 1) throw unsupported('it goes over the last axis');
  const [before, places, behind] = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)].map(
    elementCount,
  );
  if (before === 1) {
    return reader.put({ type: 'global_average_pool_2d' }, [reader.reshaped(from, [1, places, behind])]);
  }
  const image = reader.reshaped(from, [before, places, behind]);
  const size = [1, places] as const;
  return reader.put({ type: 'average_pool_2d', pool: size, strides: size, padding: 'valid' }, [image]);
};

/** A value for each channel of tensor `x`, or one for all. */
function perChannel(reader: FloatGraphReader, constant: number, x: number): Float32Array {
  const channels = reader.shape(reader.nameOf(x)).at(-1) ?? 1;
  const given = reader.floats(constant);
  if (given.length === channels && (reader.tensor(constant).shape.at(-1) ?? 1) === channels) return given;
  if (given.length === 1) return new Float32Array(channels).fill(given[0]);
  throw unsupported('its constant is not one for each channel');
}

interface Operands {
  /** The computed one, and the constant. */
  readonly x: number;
  readonly constant: number;
  readonly constantFirst: boolean;
}

function constantOperand(operator: TfliteOperator, reader: FloatGraphReader): Operands | null {
  const [a, b] = inputsOf(operator, 2);
  if (reader.isConstant(a)) return { x: b, constant: a, constantFirst: true };
  return reader.isConstant(b) ? { x: a, constant: b, constantFirst: false } : null;
}

const ones = (like: Float32Array, of = 1): Float32Array => new Float32Array(like.length).fill(of);

const sum: FloatOperator = (operator, reader) => {
  const activation = fusedOf(operator, ARITHMETIC.activation);
  const operands = constantOperand(operator, reader);
  if (operands !== null) {
    const offsets = perChannel(reader, operands.constant, operands.x);
    return reader.scaled(operands.x, ones(offsets), offsets, activation);
  }
  const from = operator.inputs.slice(0, 2).map((id) => reader.nameOf(id));
  checkSameShape(reader, from);
  return reader.put({ type: 'add', activation }, from);
};

function checkSameShape(reader: FloatGraphReader, [a, b]: readonly string[]): void {
  const [one, other] = [reader.shape(a), reader.shape(b)];
  if (String(one) !== String(other)) throw unsupported(`it repeats [${one.join(', ')}] or [${other.join(', ')}]`);
}

const difference: FloatOperator = (operator, reader) => {
  const activation = fusedOf(operator, ARITHMETIC.activation);
  const operands = constantOperand(operator, reader);
  if (operands !== null) {
    const { x, constant, constantFirst } = operands;
    const values = perChannel(reader, constant, x);
    return constantFirst
      ? reader.scaled(x, ones(values, -1), values, activation)
      : reader.scaled(
          x,
          ones(values),
          values.map((v) => -v),
          activation,
        );
  }
  const [a, b] = operator.inputs.slice(0, 2);
  checkSameShape(
    reader,
    [a, b].map((id) => reader.nameOf(id)),
  );
  const channels = new Float32Array(reader.shape(reader.nameOf(b)).at(-1) ?? 1);
  const negative = reader.scaled(b, ones(channels, -1), channels, 'none');
  return reader.put({ type: 'add', activation }, [reader.nameOf(a), negative]);
};

const product: FloatOperator = (operator, reader) => {
  const activation = fusedOf(operator, ARITHMETIC.activation);
  const operands = constantOperand(operator, reader);
  if (operands !== null) {
    const factors = perChannel(reader, operands.constant, operands.x);
    return reader.scaled(operands.x, factors, new Float32Array(factors.length), activation);
  }
  return reader.put(
    { type: 'mul', activation },
    operator.inputs.slice(0, 2).map((id) => reader.nameOf(id)),
  );
};

const quotient: FloatOperator = (operator, reader) => {
  const activation = fusedOf(operator, ARITHMETIC.activation);
  const operands = constantOperand(operator, reader);
  if (operands === null || operands.constantFirst) throw unsupported('it divides by a computed value');
  const factors = perChannel(reader, operands.constant, operands.x).map((v) => 1 / v);
  if (!factors.every(Number.isFinite)) throw unsupported('it divides by zero');
  return reader.scaled(operands.x, factors, new Float32Array(factors.length), activation);
};

const concatenation: FloatOperator = (operator, reader) => {
  const inputs = inputsOf(operator, 1);
  const axis = reader.axisOf(operator.outputs[0], optionsOf(operator).int32(CONCATENATION.axis));
  const from = inputs.map((id) => reader.nameOf(id));
  const joined = from.length === 1 ? from[0] : reader.put({ type: 'concatenation', axis }, from);
  return reader.activated(joined, fusedOf(operator, CONCATENATION.activation));
};

const pad: FloatOperator = (operator, reader) => {
  const [x, paddings, value] = inputsOf(operator, 2);
  const numbers = reader.integers(paddings);
  const from = reader.nameOf(x);
  const { shape } = reader.tensor(x);
  if (numbers.length !== 2 * shape.length || numbers.some((n) => n < 0 || n > 65535)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has wrong paddings`);
  }
  if (value !== undefined && reader.floats(value).some((v) => v !== 0)) throw unsupported('it pads by other than zero');
  const pads = shape.map((_, k): Pair => [numbers[2 * k], numbers[2 * k + 1]]);
  if (shape.length > 1 && pads[0].some((n) => n > 0)) throw unsupported('it pads the batch axis');
  const own = shape.length > 1 ? pads.slice(1) : pads;
  return own.flat().every((n) => n === 0) ? from : reader.put({ type: 'pad', pads: own }, [from]);
};

const same: FloatOperator = (operator, reader) => reader.nameOf(inputsOf(operator, 1)[0]);

/** The one at the end belongs to the loss here: outputs are logits. */
const softmax: FloatOperator = (operator, reader) => {
  if (!reader.isOutput(operator.outputs[0])) throw unsupported('a softmax in the middle of the network');
  return same(operator, reader);
};

const mixed: FloatOperator = () => {
  throw unsupported('the network is int8 in parts: convert it again as a whole, float or int8');
};

/** One for each TFLite operator that has a counterpart in float networks. */
export const FLOAT_OPERATORS: Readonly<Record<string, FloatOperator>> = {
  CONV_2D: readConvolution,
  DEPTHWISE_CONV_2D: readConvolution,
  FULLY_CONNECTED: dense,
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  MEAN: mean,
  ADD: sum,
  SUB: difference,
  MUL: product,
  DIV: quotient,
  CONCATENATION: concatenation,
  PAD: pad,
  PADV2: pad,
  RESHAPE: same,
  SQUEEZE: same,
  EXPAND_DIMS: same,
  SOFTMAX: softmax,
  RELU: activation('relu'),
  RELU6: activation('relu6'),
  TANH: activation('tanh'),
  LOGISTIC: activation('sigmoid'),
  QUANTIZE: mixed,
  DEQUANTIZE: mixed,
};
