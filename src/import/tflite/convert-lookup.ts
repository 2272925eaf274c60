import type { LookupFunction } from '../../ir/graph.js';
import { affine, inputsOf, optionsOf, type Converted, type Converter } from './converter.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import {
  eluTable,
  hardSwishTable,
  leakyReluTable,
  logisticTable,
  relu6Table,
  reluTable,
  rescaleTable,
  tanhTable,
  type Affine,
} from '../../ir/ops/int8/lookup-tables.js';
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

export const logistic = lookup('sigmoid', logisticTable);
export const tanh = lookup('tanh', tanhTable);
export const relu = lookup('relu', reluTable);
export const relu6 = lookup('relu6', relu6Table);
export const rescale = lookup('rescale', (a, b) => rescaleTable(a, b, a.scale / b.scale));
export const elu = lookup('elu', eluTable);

export const hardSwish = lookup('hard_swish', (input, output) => {
  const table = hardSwishTable(input, output);
  if (table === null) throw unsupported(`its output scale ${output.scale} is finer than TFLite's kernel takes`);
  return table;
});

export const leakyRelu: Converter = (operator, graph) => {
  const [x] = inputsOf(operator, 1);
  const alpha = optionsOf(operator).float32(LEAKY_RELU.alpha);
  if (!Number.isFinite(alpha)) throw unsupported(`its slope is ${alpha}`);
  graph.idOf(x);
  const table = leakyReluTable(affine(graph, x), affine(graph, operator.outputs[0]), alpha);
  return lookupOf(graph, operator, x, 'leaky_relu', table, alpha);
};
