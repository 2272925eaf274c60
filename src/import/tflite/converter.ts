import type { QuantizedOp } from '../../ir/graph.js';
import type { FusedActivation } from '../../ir/integer-ops.js';
import type { Requantize } from '../../ir/quant-params.js';
import { quantizeMultiplierFor, quantizeMultiplierWide } from '../../ir/requantize.js';
import { activationClamp, type ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import type { Table } from './checked-buffer.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { Affine } from '../../ir/ops/int8/lookup-tables.js';
import type { TfliteOperator } from './read-model.js';
import { ACTIVATIONS } from './schema.js';

/** An op before it has a name and an output. */
type Unfinished<O> = O extends QuantizedOp ? Omit<O, 'name' | 'output'> : never;
export type Converted = Unfinished<QuantizedOp>;

/** From an operator to the op that writes its output, or one for each output. Ops before that go to the maker themselves. */
export type Converter = (operator: TfliteOperator, graph: GraphMaker) => Converted | readonly Converted[];

export function optionsOf({ options, code, index }: TfliteOperator): Table {
  if (options === null) throw invalid(`operator ${index} (${code}) has no options`);
  return options;
}

export function inputsOf({ inputs, index, code }: TfliteOperator, least: number): readonly number[] {
  if (inputs.length < least) throw invalid(`operator ${index} (${code}) has ${inputs.length} inputs`);
  return inputs;
}

export function affine(graph: GraphMaker, index: number): Affine {
  const { scale, zeroPoint } = graph.affine(index);
  return { scale: scale[0], zeroPoint: zeroPoint[0] };
}

/** Zero point and clamp of the output, for one multiplier or one a channel. */
export function requantizeTo(
  graph: GraphMaker,
  output: number,
  activation: ClampActivation,
  factors: readonly number[],
  multiplierBits: 15 | 31 = 31,
): Requantize {
  const to = affine(graph, output);
  const wide = multiplierBits === 15;
  const fixed = factors.map((real) =>
    wide ? quantizeMultiplierWide(real) : quantizeMultiplierFor(graph.rounding, real),
  );
  return {
    multiplier: fixed.map((f) => f.multiplier),
    shift: fixed.map((f) => f.shift),
    zeroPoint: to.zeroPoint,
    ...activationClamp(activation, to, graph.dtype(output)),
    ...(wide ? { multiplierBits } : {}),
  };
}

export function activationOf(options: Table, id: number): ClampActivation {
  const activation = ACTIVATIONS[options.int8(id)];
  if (activation === undefined || activation === 'tanh' || activation === 'sign_bit') {
    throw unsupported(`it has the fused activation ${activation ?? options.int8(id)}`);
  }
  return activation;
}

/** relu_n1_to_1 lives in the clamp alone. */
export function fused(activation: ClampActivation): FusedActivation {
  return activation === 'relu' || activation === 'relu6' ? activation : 'none';
}

/** Shape, scale and zero point of an operator's only output in our graph. */
export function resultOf(
  graph: GraphMaker,
  { outputs }: TfliteOperator,
): Affine & { readonly shape: readonly number[] } {
  return { ...affine(graph, outputs[0]), shape: graph.shape(outputs[0]) };
}
