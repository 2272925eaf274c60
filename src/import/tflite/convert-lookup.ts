import type { LookupFunction } from '../../ir/graph.js';
import { affine, inputsOf, optionsOf, requantizeTo, type Converted, type Converter } from './converter.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import {
  absTable,
  eluTable,
  hardSwishTable,
  leakyReluTable,
  logisticTable,
  relu6Table,
  reluTable,
  rescaleTable,
  rsqrtTable,
  tanhTable,
  type Affine,
} from '../../ir/ops/int8/lookup-tables.js';
import type { ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import { sigmoidalArgument } from '../../ir/ops/int8/sigmoidal.js';
import type { TfliteOperator } from './read-model.js';
import { LEAKY_RELU } from './schema.js';

/** An op that looks every value up in `data`. */
export function lookupOf(
  graph: GraphMaker,
  operator: TfliteOperator,
  x: number,
  activation: LookupFunction,
  data: Int8Array,
  alpha?: number,
): Converted {
  const input = graph.idOf(x);
  const name = `${graph.source(operator.outputs[0]).name}_table`;
  const table = graph.put({ name, shape: [256], dtype: 'int8', role: 'table', quant: null, data });
  return { kind: 'lookup', input, table, activation, ...(alpha === undefined ? {} : { alpha }) };
}

function lookup(activation: LookupFunction, table: (input: Affine, output: Affine) => Int8Array): Converter {
  return (operator, graph) => {
    const [x] = inputsOf(operator, 1);
    graph.idOf(x);
    return lookupOf(graph, operator, x, activation, table(affine(graph, x), affine(graph, operator.outputs[0])));
  };
}

/** From int16, or to it, there are 65,536 values: the op itself, where there is one. */
function byWidth(int8: Converter, int16: Converter): Converter {
  return (operator, graph) => {
    const [x] = inputsOf(operator, 1);
    const wide = [x, operator.outputs[0]].some((index) => graph.dtype(index) === 'int16');
    return (wide ? int16 : int8)(operator, graph);
  };
}

function sigmoidal(kind: 'logistic' | 'tanh'): Converter {
  return (operator, graph) => {
    const [x] = inputsOf(operator, 1);
    const input = graph.idOf(x);
    const { scale } = affine(graph, x);
    const argument = sigmoidalArgument(kind, scale);
    if (argument === null) throw unsupported(`its input scale ${scale} is beyond 8/3`);
    return { kind, input, inputs: [input], argument };
  };
}

/** TFLite's RELU and QUANTIZE rescale, RELU6 only clamps. */
function rescaled(activation: ClampActivation, factor: (from: Affine, to: Affine) => number): Converter {
  return (operator, graph) => {
    const [x] = inputsOf(operator, 1);
    const input = graph.idOf(x);
    const real = factor(affine(graph, x), affine(graph, operator.outputs[0]));
    const requantize = requantizeTo(graph, operator.outputs[0], activation, [real]);
    return { kind: 'rescale', input, inputs: [input], requantize };
  };
}

const notInInt16: Converter = () => {
  throw unsupported('its input is int16: train with relu, relu6, tanh or sigmoid instead, or leave the layer in int8');
};

export const logistic = byWidth(lookup('sigmoid', logisticTable), sigmoidal('logistic'));
export const tanh = byWidth(lookup('tanh', tanhTable), sigmoidal('tanh'));
export const relu = byWidth(
  lookup('relu', reluTable),
  rescaled('relu', (a, b) => Math.fround(a.scale / b.scale)),
);
export const relu6 = byWidth(
  lookup('relu6', relu6Table),
  rescaled('relu6', () => 1),
);
export const rescale = byWidth(
  lookup('rescale', (a, b) => rescaleTable(a, b, a.scale / b.scale)),
  rescaled('none', (a, b) => a.scale / b.scale),
);
export const elu = byWidth(lookup('elu', eluTable), notInInt16);
export const abs = byWidth(lookup('arithmetic', absTable), notInInt16);

const int8HardSwish = lookup('hard_swish', (input, output) => {
  const table = hardSwishTable(input, output);
  if (table === null) throw unsupported(`its output scale ${output.scale} is finer than TFLite's kernel takes`);
  return table;
});

const int8Rsqrt = lookup('rsqrt', (input, output) => {
  const table = rsqrtTable(input, output);
  if (table === null) throw unsupported(`its scales ${input.scale} and ${output.scale} are beyond TFLite's kernel`);
  return table;
});

export const rsqrt = byWidth(int8Rsqrt, notInInt16);
export const hardSwish = byWidth(int8HardSwish, notInInt16);

const int8LeakyRelu: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  const alpha = optionsOf(operator).float32(LEAKY_RELU.alpha);
  if (!Number.isFinite(alpha)) throw unsupported(`its slope is ${alpha}`);
  graph.idOf(x);
  const table = leakyReluTable(affine(graph, x), affine(graph, operator.outputs[0]), alpha);
  return lookupOf(graph, operator, x, 'leaky_relu', table, alpha);
};

export const leakyRelu = byWidth(int8LeakyRelu, notInInt16);
