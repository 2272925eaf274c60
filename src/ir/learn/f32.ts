import { ToolError } from '../../errors/tool-error.js';
import { littleEndianBytes } from '../../util/bytes.js';
import type { QuantizedGraph } from '../graph.js';
import { runInt8 } from '../interpret.js';
import type { LearnSpec } from '../learn-spec.js';
import { elementCount, type Integers } from '../tensor.js';
import type { DenseLayerStart, StepResult } from './dense-learner.js';
import { DenseLearner } from './dense-learner.js';
import type { TrainedLayer } from './trained-layers.js';
import { trainedPart } from './trained-layers.js';

const f = Math.fround;

/**
 * The host's twin of `<name>_learn_step` and `<name>_predict`: a quantized network whose last layers are trained in
 * float32, each held once, starting from its dequantized int8 weights; the layers below run as the int8 network and
 * their last tensor is dequantized at the border. Bit for bit what the device computes.
 */
export class LearnReference {
  private readonly learner: DenseLearner;
  private readonly frozenOps: number;
  private readonly borderScale: number;
  private readonly borderZeroPoint: number;

  constructor(
    private readonly graph: QuantizedGraph,
    spec: LearnSpec,
  ) {
    const part = trainedPart(graph, spec);
    this.frozenOps = part.frozenOps;
    const border = graph.tensors[part.border].quant!;
    this.borderScale = border.scale[0];
    this.borderZeroPoint = border.zeroPoint[0];
    this.learner = new DenseLearner(
      part.layers.map((layer) => dequantizeLayer(graph, layer)),
      spec,
    );
  }

  get stepCount(): number {
    return this.learner.stepCount;
  }

  /** Back to the exported weights, step 0. */
  reset(): void {
    this.learner.reset();
  }

  /** One learning step on a quantized sample. Result and loss are from before the update. */
  step(input: Integers, label: number): StepResult {
    if (!(Number.isInteger(label) && label >= 0 && label < this.graph.classNames.length)) {
      throw new ToolError('INPUT_MISMATCH', `Label ${label} is not one of ${this.graph.classNames.length} classes.`, {
        context: { label, classes: this.graph.classNames.length },
      });
    }
    this.loadBorder(input);
    return this.learner.step(label);
  }

  /** Class of a quantized sample by the mixture of int8 and trained float32 layers. */
  predict(input: Integers): number {
    this.loadBorder(input);
    return this.learner.predict();
  }

  /** Hash of the compared state (docs/numerics.md, "State and hash"). */
  hash(): number {
    return this.learner.hash();
  }

  /** The compared state, little-endian, as the device sends it: a copy. */
  stateBytes(): Uint8Array {
    return littleEndianBytes(this.learner.stateWords);
  }

  private loadBorder(input: Integers): void {
    const expected = elementCount(this.graph.tensors[this.graph.input].shape);
    if (input.length !== expected) {
      throw new ToolError('INPUT_MISMATCH', `The sample has ${input.length} values, the model takes ${expected}.`, {
        context: { actual: input.length, expected },
      });
    }
    const q = this.frozenOps === 0 ? input : runInt8(this.graph, input, this.frozenOps).output;
    const x = this.learner.input;
    for (let i = 0; i < x.length; i++) x[i] = this.borderScale * (q[i] - this.borderZeroPoint);
  }
}

/** A trained layer's starting point: w = scale[o] * q, b = biasScale[o] * float(q), each product rounded once. */
export function dequantizeLayer(graph: QuantizedGraph, layer: TrainedLayer): DenseLayerStart {
  const { op, inputs, outputs, activation, hidden } = layer;
  const weightTensor = graph.tensors[op.weights];
  const q = weightTensor.data as Int8Array;
  const scaleOf = (scales: readonly number[], o: number): number => scales[scales.length === 1 ? 0 : o];
  const weights = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) {
    weights[i] = scaleOf(weightTensor.quant!.scale, Math.floor(i / inputs)) * q[i];
  }
  let bias: Float32Array | null = null;
  if (op.bias !== null) {
    const { data, quant } = graph.tensors[op.bias];
    bias = Float32Array.from(data as Int32Array, (b, o) => scaleOf(quant!.scale, o) * f(b));
  }
  return { inputs, outputs, weights, bias, activation, hidden };
}
