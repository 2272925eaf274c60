import type { Provenance } from './provenance.js';
import type { Requantize } from './quant-params.js';
import type { Tensor } from './tensor.js';

export type Activation = 'none' | 'relu' | 'relu6' | 'tanh' | 'sigmoid';

/**
 * y[o] = activation(sum_i weights[o][i] * x[i] + bias[o]).
 * Float graphs: `requantize` is null. Quantized graphs: `requantize` is set and `activation` is `none` or `relu`
 * (relu lives in the clamp; tanh has become a `lookup` of its own).
 */
export interface FullyConnectedOp {
  readonly kind: 'fully_connected';
  readonly name: string;
  readonly input: number;
  readonly weights: number;
  readonly bias: number | null;
  readonly output: number;
  readonly activation: Activation;
  readonly requantize: Requantize | null;
}

/**
 * An activation as an op of its own. Quantized graphs: y[i] = table[x[i] + 128], a 256-entry int8 table.
 * Float graphs (between the pass `split-tanh` and quantization): the function itself, and `table` is -1.
 */
export interface LookupOp {
  readonly kind: 'lookup';
  readonly name: string;
  readonly input: number;
  readonly table: number;
  readonly output: number;
  /** The function the table samples. */
  readonly activation: 'tanh';
}

export type Op = FullyConnectedOp | LookupOp;
export type OpKind = Op['kind'];
export type GraphStage = 'float' | 'quantized';

/**
 * A network: ops in execution order over numbered tensors. One input, one output; the output holds logits (there is
 * no softmax op: the class is the argmax, and learning applies softmax itself).
 */
export interface Graph<S extends GraphStage = GraphStage> {
  readonly schemaVersion: 1;
  readonly stage: S;
  /** C identifier in snake_case: the prefix of every generated symbol. */
  readonly name: string;
  readonly classNames: readonly string[];
  readonly tensors: readonly Tensor[];
  readonly ops: readonly Op[];
  readonly input: number;
  readonly output: number;
  readonly provenance: Provenance;
}

export type FloatGraph = Graph<'float'>;
export type QuantizedGraph = Graph<'quantized'>;
