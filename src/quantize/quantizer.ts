import type { FloatGraph, FloatOp, LayerOp, QuantizedOp } from '../ir/graph.js';
import type { QuantParams } from '../ir/quant-params.js';
import type { Rounding } from '../ir/requantize.js';
import type { Tensor } from '../ir/tensor.js';
import type { ResolvedLayerOptions } from './layer-options.js';
import type { Range } from './observers/observer.js';
import type { WeightScale } from './schemes/weights.js';
import type { ActivationBits } from './schemes/activations.js';

/** What a quantizer reads, and where it puts the tensors of its op. Ops are converted in execution order. */
export interface QuantizeContext {
  /** After `prepare`. */
  readonly graph: FloatGraph;
  readonly rounding: Rounding;
  /** How scales of weights below eight bits are chosen. */
  readonly narrowScales: WeightScale;
  optionsOf(op: FloatOp): ResolvedLayerOptions;
  /** Real values that a run-time tensor has to hold. */
  rangeOf(tensor: number): Range;
  /** Width of a run-time tensor. */
  bitsOf(tensor: number): ActivationBits;
  /** Of the input, or of a tensor whose op has been converted. */
  quantOf(tensor: number): { readonly scale: number; readonly zeroPoint: number };
  /** Makes a tensor of the graph an integer one. */
  change(tensor: number, change: Partial<Tensor>): void;
  /** Makes the output an integer tensor of its width with these parameters. Throws QUANTIZE_RANGE with the op where the scale is beyond reach. */
  quantizeOutput(op: FloatOp, quant: QuantParams): void;
  /** Appends a table of 256 entries; its id. */
  addTable(name: string, data: Int8Array): number;
}

/** One op in integers: every file `ops/<op>.ts` exports one. It gives each of the op's tensors its integer form. */
export type Quantizer<O extends FloatOp> = (op: O, context: QuantizeContext) => QuantizedOp;

/** A layer of a float graph with its attributes. */
export type LayerOf<T extends LayerOp['kind']> = LayerOp & {
  readonly spec: Extract<LayerOp['spec'], { readonly type: T }>;
};
