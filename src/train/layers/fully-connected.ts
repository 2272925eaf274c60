import type { Activation } from '../../ir/graph.js';
import type { Engine, Floats } from '../engine.js';
import type { Parameter } from '../parameter.js';

export interface FullyConnectedSettings {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** Fraction of outputs dropped while training, in [0, 1). */
  readonly dropout: number;
  readonly bias: boolean;
}

/**
 * y = f(x Wᵀ + b) on batches of up to `maxRows` rows, in buffers of its own.
 * Backward works on `delta`, which the layer above (or the loss) has filled with ∂loss/∂y.
 */
export class FullyConnectedLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly keep: number;
  /** [out][in] */
  readonly weights: Parameter;
  readonly bias: Parameter | null;
  /** [rows][out], after dropout: what the next layer reads. */
  readonly output: Floats;
  /** [rows][out], the error signal. */
  readonly delta: Floats;
  /** [rows][out], inverted dropout: 0 or 1 / keep. Null without dropout. */
  readonly mask: Floats | null;
  /** f(x Wᵀ + b) before dropout: the derivative of tanh needs it. */
  private readonly activated: Floats;

  constructor(
    private readonly engine: Engine,
    settings: FullyConnectedSettings,
    maxRows: number,
  ) {
    const { name, inputs, outputs } = settings;
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = settings.activation;
    this.keep = 1 - settings.dropout;
    this.weights = this.parameter('weights', inputs * outputs);
    this.bias = settings.bias ? this.parameter('bias', outputs) : null;
    this.activated = engine.floats(maxRows * outputs);
    this.delta = engine.floats(maxRows * outputs);
    const drops = settings.dropout > 0;
    this.mask = drops ? engine.floats(maxRows * outputs) : null;
    this.output = drops ? engine.floats(maxRows * outputs) : this.activated;
  }

  private parameter(part: string, length: number): Parameter {
    return { name: `${this.name}_${part}`, values: this.engine.floats(length), gradient: this.engine.floats(length) };
  }

  get parameters(): readonly Parameter[] {
    return this.bias === null ? [this.weights] : [this.weights, this.bias];
  }

  /** Draws the batch's dropout mask, a function of `key` alone. */
  drawMask(rows: number, key: number): void {
    if (this.mask !== null) this.engine.dropoutMask(this.mask, rows * this.outputs, key, this.keep);
  }

  /** `training`: outputs are multiplied by the mask as it stands. */
  forward(input: Floats, rows: number, training: boolean): void {
    const { engine, inputs, outputs, activation, activated } = this;
    const n = rows * outputs;
    engine.matmulTransposedB(input, this.weights.values, activated, rows, outputs, inputs);
    if (this.bias !== null) engine.addRow(activated, this.bias.values, rows, outputs);
    if (activation !== 'none') engine.activate(activation, activated, n);
    if (this.mask === null) return;
    if (training) engine.multiply(this.output, activated, this.mask, n);
    else this.output.values.set(activated.values.subarray(0, n));
  }

  /** Turns `delta` from ∂loss/∂y into ∂loss/∂(x Wᵀ + b). */
  backwardThroughActivation(rows: number): void {
    const n = rows * this.outputs;
    if (this.mask !== null) this.engine.multiply(this.delta, this.delta, this.mask, n);
    if (this.activation !== 'none') this.engine.activateBackward(this.activation, this.delta, this.activated, n);
  }

  /** Mean gradients over the batch's rows, however many there are. */
  takeGradients(input: Floats, rows: number): void {
    const { engine, delta, outputs, inputs } = this;
    engine.matmulTransposedA(delta, input, this.weights.gradient, outputs, inputs, rows, 1 / rows);
    if (this.bias !== null) engine.columnSums(delta, this.bias.gradient, rows, outputs, 1 / rows);
  }

  /** inputDelta[rows][in] = delta · W: the error signal for the layer below. */
  sendDown(inputDelta: Floats, rows: number): void {
    this.engine.matmul(this.delta, this.weights.values, inputDelta, rows, this.inputs, this.outputs);
  }
}
