import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { IntegerOp } from '../../ir/integer-ops.js';
import { integerRule } from '../../ir/integer-rules.js';
import { addMultipliers, subMultipliers, sumLeftShift } from '../../ir/ops/int8/add.js';
import { DIFFERENCE_LEFT_SHIFT, squaredDifferenceMultipliers } from '../../ir/ops/int8/squared-difference.js';
import { isTrailing } from '../../ir/ops/int8/operands.js';
import { DTYPE_BYTES, fromBytes, type DType, type Integers, type Tensor } from '../../ir/tensor.js';
import { quantizeMultiplierFor, requantizeFactor } from '../../ir/requantize.js';
import {
  activationOf,
  affine,
  inputsOf,
  optionsOf,
  requantizeTo,
  resultOf,
  type Converted,
  type Converter,
} from './converter.js';
import { lookupOf } from './convert-lookup.js';
import { repeatedTo } from './broadcast.js';
import { unsupported } from './errors.js';
import { constantBytes, type GraphMaker } from './graph-maker.js';
import type { ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import type { Affine } from '../../ir/ops/int8/lookup-tables.js';
import type { TfliteOperator } from './read-model.js';
import { ARITHMETIC } from './schema.js';

type Kind = 'add' | 'sub' | 'mul' | 'squared_difference' | 'maximum' | 'minimum';

/** Operators without a fused activation. */
const PLAIN: readonly Kind[] = ['maximum', 'minimum', 'squared_difference'];
/** Symmetric ones whose smaller operand repeats by itself. */
const REPEATING: readonly Kind[] = ['mul', 'squared_difference'];

/** What is particular to an op, operands in this order. */
type Numbers = (a: Affine, b: Affine, to: Affine, activation: ClampActivation) => object;

/**
 * An element-wise operator of two operands. A constant of one value makes a table of 256; one that repeats along the
 * leading axes stays a constant; a computed operand that is smaller is repeated to the full shape, or in place.
 */
function arithmetic(kind: Kind, numbers: (operator: TfliteOperator, graph: GraphMaker) => Numbers): Converter {
  return (operator, graph) => {
    const [a, b] = inputsOf(operator, 2);
    const fused = PLAIN.includes(kind) ? 'none' : activationOf(optionsOf(operator), ARITHMETIC.activation);
    const { shape, ...to } = resultOf(graph, operator);
    const of = (first: number, second: number): object =>
      numbers(operator, graph)(affine(graph, first), affine(graph, second), to, fused);
    if (graph.isConstant(a) && graph.isConstant(b)) throw unsupported('both of its inputs are constants');
    if (graph.isConstant(a) || graph.isConstant(b)) {
      const [constant, x] = graph.isConstant(a) ? [a, b] : [b, a];
      // The table of 256 entries is for int8.
      const value = graph.dtype(x) === 'int8' ? onlyValue(graph, constant) : null;
      if (value !== null) return table(kind, operator, graph, { x, constant, value, first: constant === a }, of(a, b));
      if (kind === 'maximum' || kind === 'minimum')
        throw unsupported('it compares with constants of several values, or of int16');
      if (kind === 'sub' && constant === a)
        throw unsupported('it takes a tensor away from a constant of several values');
      const input = repeatedTo(graph, graph.idOf(x), shape);
      return whole({
        kind,
        input,
        inputs: [input],
        constant: constantOf(graph, constant, shape),
        ...of(x, constant),
      });
    }
    const [idA, idB] = [graph.idOf(a), graph.idOf(b)];
    if (REPEATING.includes(kind)) {
      const isWhole = (id: number): boolean => String(graph.tensor(id).shape) === String(shape);
      const [large, small, from] = isWhole(idA) ? [idA, idB, [a, b]] : [idB, idA, [b, a]];
      const last = trimmed(graph.tensor(small).shape);
      if (isWhole(large) && isTrailing(last, shape)) {
        const operand = isWhole(small) ? small : graph.reshaped(small, last);
        return whole({ kind, input: large, inputs: [large, operand], ...of(from[0], from[1]) });
      }
    }
    const inputs = [repeatedTo(graph, idA, shape), repeatedTo(graph, idB, shape)];
    return whole({ kind, input: inputs[0], inputs, ...of(a, b) });
  };
}

/** The parts of one op, which no type ties together by kind. */
function whole(parts: object): Converted {
  return parts as unknown as Converted;
}

/** Without leading axes of one place. */
function trimmed(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((d) => d !== 1);
  return first < 0 ? [1] : shape.slice(first);
}

function valuesOf(graph: GraphMaker, index: number): Integers {
  const source = graph.source(index);
  if (source.type !== 'int8' && source.type !== 'int16') {
    throw unsupported(`the constant '${source.name}' is ${source.type}, not int8 or int16`);
  }
  const bytes = constantBytes(source, DTYPE_BYTES[source.type]);
  return fromBytes({ dtype: source.type }, new Int8Array(bytes));
}

function onlyValue(graph: GraphMaker, index: number): number | null {
  const values = valuesOf(graph, index);
  return values.length > 0 && values.every((v) => v === values[0]) ? values[0] : null;
}

/** The constant over the last axes of `shape`: as few of them as it varies along. */
function constantOf(graph: GraphMaker, index: number, shape: readonly number[]): number {
  const { name, shape: own } = graph.source(index);
  const values = valuesOf(graph, index);
  const padded = [...shape.map(() => 1), ...own].slice(own.length);
  if (own.length > shape.length + 1 || padded.some((d, k) => d !== 1 && d !== shape[k])) {
    throw unsupported(`its constant [${own.join(', ')}] does not repeat to [${shape.join(', ')}]`);
  }
  const from = padded.findIndex((d) => d !== 1);
  const last = shape.slice(from);
  const data = repeat(values, padded.slice(from), last);
  const dtype = graph.dtype(index);
  return graph.put({ name, shape: last, dtype, role: 'constant', quant: graph.affine(index), data });
}

/** Axes of one place repeat. */
function repeat(values: Integers, from: readonly number[], to: readonly number[]): Integers {
  const strides = from.map((d, k) => (d === 1 ? 0 : from.slice(k + 1).reduce((n, m) => n * m, 1)));
  const out: number[] = [];
  const walk = (axis: number, at: number): void => {
    if (axis === to.length) out.push(values[at]);
    else for (let i = 0; i < to[axis]; i++) walk(axis + 1, at + i * strides[axis]);
  };
  walk(0, 0);
  return values instanceof Int16Array ? Int16Array.from(out) : Int8Array.from(out);
}

/** What the op gives for every int8 value with the constant beside it, as a table. */
function table(
  kind: Kind,
  operator: TfliteOperator,
  graph: GraphMaker,
  operand: { readonly x: number; readonly constant: number; readonly value: number; readonly first: boolean },
  numbers: object,
): Converted {
  const { x, constant, value, first } = operand;
  graph.idOf(x);
  const tensor = (id: number, index: number): Tensor => ({
    id,
    name: `t${id}`,
    shape: [256],
    dtype: 'int8',
    role: 'activation',
    quant: graph.affine(index),
    data: null,
  });
  const [a, b] = first ? [constant, x] : [x, constant];
  const tensors = [tensor(0, a), tensor(1, b), tensor(2, operator.outputs[0])];
  const op = { kind, name: kind, input: 0, inputs: [0, 1], output: 2, ...numbers } as QuantizedOp as IntegerOp;
  const small = {
    tensors,
    ...(graph.rounding === 'tflite' ? {} : { rounding: graph.rounding }),
  } as unknown as QuantizedGraph;
  const wrong = integerRule(op).checkNumbers(small, op);
  if (wrong !== null) throw unsupported(`it ${wrong}`);
  const every = Int8Array.from({ length: 256 }, (_, k) => k - 128);
  const same = new Int8Array(256).fill(value);
  const data = new Int8Array(256);
  integerRule(op).prepare(small, op)(first ? [same, every] : [every, same], data);
  return lookupOf(graph, operator, x, 'arithmetic', data);
}

const sumNumbers =
  (multipliersOf: typeof addMultipliers) =>
  (operator: TfliteOperator, graph: GraphMaker): Numbers =>
  (a, b, to, activation) => {
    const dtype: DType = graph.dtype(operator.outputs[0]);
    const { inputs, output } = multipliersOf([a.scale, b.scale], to.scale, graph.rounding, dtype);
    const requantize = requantizeTo(graph, operator.outputs[0], activation, [1]);
    return {
      inputMultipliers: inputs,
      leftShift: sumLeftShift(dtype),
      requantize: { ...requantize, multiplier: [output.multiplier], shift: [output.shift] },
    };
  };

const differenceNumbers =
  (operator: TfliteOperator, graph: GraphMaker): Numbers =>
  (a, b, to) => {
    if (graph.dtype(operator.outputs[0]) === 'int16') throw unsupported('its output is int16: leave the layer in int8');
    const { inputs, output } = squaredDifferenceMultipliers([a.scale, b.scale], to.scale, graph.rounding);
    const requantize = requantizeTo(graph, operator.outputs[0], 'none', [1]);
    return {
      inputMultipliers: inputs,
      leftShift: DIFFERENCE_LEFT_SHIFT,
      requantize: { ...requantize, multiplier: [output.multiplier], shift: [output.shift] },
    };
  };

const noNumbers = (): Numbers => () => ({});

export const add = arithmetic('add', sumNumbers(addMultipliers));
export const sub = arithmetic('sub', sumNumbers(subMultipliers));
export const mul = arithmetic('mul', (operator, graph) => (a, b, to, activation) => ({
  requantize: requantizeTo(graph, operator.outputs[0], activation, [requantizeFactor(a.scale, b.scale, to.scale)]),
}));
export const squaredDifference = arithmetic('squared_difference', differenceNumbers);
export const maximum = arithmetic('maximum', noNumbers);
export const minimum = arithmetic('minimum', noNumbers);

export const prelu: Converter = (operator, graph) => {
  const [x, alpha] = inputsOf(operator, 2);
  if (!graph.isConstant(alpha)) throw unsupported('its slopes are computed');
  if (graph.dtype(x) === 'int16')
    throw unsupported('its input is int16: train with relu instead, or leave the layer in int8');
  const { shape, scale } = resultOf(graph, operator);
  const [from, slope] = [affine(graph, x), affine(graph, alpha)];
  const input = graph.idOf(x);
  return {
    kind: 'prelu',
    input,
    inputs: [input],
    slopes: constantOf(graph, alpha, shape),
    requantize: requantizeTo(graph, operator.outputs[0], 'none', [from.scale / scale]),
    slopeMultiplier: quantizeMultiplierFor(graph.rounding, requantizeFactor(from.scale, slope.scale, scale)),
  };
};
