import type { LayerOpSpec, LayerOpType } from './float-forward.js';
import type { IntegerOp } from './integer-ops.js';
import type { Provenance } from './provenance.js';
import type { Requantize } from './quant-params.js';
import type { Rounding } from './requantize.js';
import type { Tensor } from './tensor.js';

export type Activation = 'none' | 'relu' | 'relu6' | 'tanh' | 'sigmoid';

/**
 * y[o] = activation(sum_i weights[o][i] * x[i] + bias[o]).
 * Float graphs: `requantize` is null. Quantized graphs: `requantize` is set and `activation` is `none`, `relu`
 * or `relu6` (they live in the clamp; tanh and sigmoid have become a `lookup` of their own).
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

export type LookupFunction =
  'tanh' | 'sigmoid' | 'relu' | 'relu6' | 'leaky_relu' | 'hard_swish' | 'elu' | 'rsqrt' | 'rescale' | 'arithmetic';

/**
 * An activation as an op of its own. Quantized graphs: y[i] = table[x[i] + 128], a 256-entry int8 table.
 * Float graphs (between the pass `split-lookups` and quantization): the function itself, and `table` is -1.
 */
export interface LookupOp {
  readonly kind: 'lookup';
  readonly name: string;
  readonly input: number;
  readonly table: number;
  readonly output: number;
  /**
   * The function the table samples; `rescale`: from one scale and zero point to another; `arithmetic`: a sum, product,
   * maximum or the like with one constant; both in quantized graphs only.
   */
  readonly activation: LookupFunction;
  /** Slope below zero of `leaky_relu`. */
  readonly alpha?: number;
}

/**
 * A trained layer as it is, in float graphs only: quantization folds it away or makes an integer op of it. The
 * meaning of `spec` and the order of `parameters` (learned, then kept) stand in src/ir/model-spec.ts and src/ir/ops.
 */
export interface LayerOp {
  readonly kind: LayerOpType;
  readonly name: string;
  /** The first of `inputs`. */
  readonly input: number;
  readonly inputs: readonly number[];
  readonly parameters: readonly number[];
  /** What a recurrent or spiking layer carries from step to step, [units], zero at the start of each sample. */
  readonly state: number | null;
  readonly output: number;
  readonly spec: LayerOpSpec;
}

export type GraphStage = 'float' | 'quantized';
export type QuantizedOp = FullyConnectedOp | LookupOp | IntegerOp;
export type FloatOp = FullyConnectedOp | LookupOp | LayerOp;
export type Op = QuantizedOp | LayerOp;
export type OpKind = Op['kind'];

/** Tensors that an op reads at run time. */
export function opInputs(op: Op): readonly number[] {
  return 'inputs' in op ? op.inputs : [op.input];
}

export function isLayerOp(op: Op): op is LayerOp {
  return 'spec' in op;
}

/** Is it one of src/ir/integer-ops.ts? */
export function isIntegerOp(op: Op): op is IntegerOp {
  return 'inputs' in op && !isLayerOp(op);
}

/**
 * The network gives its input again: an autoencoder. The mean squared difference over a sample's values is its anomaly
 * score (src/ir/anomaly.ts), and the class names are those of the verdict: normal, anomaly.
 */
export interface ReconstructTask {
  readonly kind: 'reconstruct';
  /** A sample whose score is above it is an anomaly. */
  readonly threshold: number;
  /** Class indices of the dataset that training has seen; all others are anomalies. */
  readonly normalClasses: readonly number[];
}

/** The output is numbers whose meaning the graph does not know: imported networks. `classNames` is empty. */
export interface ValuesTask {
  readonly kind: 'values';
}

export type Task = ReconstructTask | ValuesTask;

/** The task of an autoencoder, or null. */
export function reconstructTask(graph: Pick<Graph, 'task'>): ReconstructTask | null {
  return graph.task?.kind === 'reconstruct' ? graph.task : null;
}

/**
 * A network: ops in execution order over numbered tensors. One input, one output; without a task it holds logits (there is
 * no softmax op: the class is the argmax, and learning applies softmax itself).
 */
export interface Graph<S extends GraphStage = GraphStage> {
  readonly schemaVersion: 1;
  readonly stage: S;
  /** C identifier in snake_case: the prefix of every generated symbol. */
  readonly name: string;
  readonly classNames: readonly string[];
  readonly tensors: readonly Tensor[];
  readonly ops: readonly (S extends 'float' ? FloatOp : QuantizedOp)[];
  readonly input: number;
  readonly output: number;
  /** What the output means; absent: logits of the classes. */
  readonly task?: Task;
  /** Quantized graphs: how accumulators become outputs; absent: `tflite`. */
  readonly rounding?: Rounding;
  readonly provenance: Provenance;
}

export type FloatGraph = Graph<'float'>;
export type QuantizedGraph = Graph<'quantized'>;
