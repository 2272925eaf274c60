import type { GrapesMode } from '../../ir/model-spec.js';
import type { FactorSpread } from '../../ir/telemetry.js';
import type { Engine, Floats } from '../engine.js';
import type { FullyConnectedLayer } from '../layers/fully-connected.js';
import { modulationFactors, type FactorRule } from './factor.js';

/**
 * GRAPES on one hidden layer. The factor is taken once a batch, from the weights that the forward pass used, and is a
 * constant for the gradient. `propagating`: it multiplies the error signal, which also travels further down. `local`:
 * it multiplies this layer's own update only. Dropout masks do not enter it.
 */
export class Modulation {
  /** One factor a node, in [1, 2]. */
  readonly factors: Floats;
  private readonly sums: Floats;

  constructor(
    private readonly engine: Engine,
    private readonly layer: FullyConnectedLayer,
    readonly mode: Exclude<GrapesMode, 'off'>,
    private readonly rule: FactorRule,
  ) {
    this.factors = engine.floats(layer.outputs);
    this.sums = engine.floats(layer.outputs);
  }

  /** Before the backward pass of each batch. */
  refresh(): void {
    const { weights, inputs, outputs } = this.layer;
    this.engine.absRowSums(weights.values, this.sums, outputs, inputs);
    modulationFactors(this.sums.values, this.rule, this.factors.values);
  }

  /** The layer's complete error signal [rows][out], before gradients are taken of it. */
  modulateError(delta: Floats, rows: number): void {
    if (this.mode === 'propagating') this.engine.scaleColumns(delta, this.factors, rows, this.layer.outputs);
  }

  /** The layer's gradients, after they were taken. */
  modulateGradients(): void {
    if (this.mode !== 'local') return;
    const { weights, bias, inputs, outputs } = this.layer;
    this.engine.scaleRows(weights.gradient, this.factors, outputs, inputs);
    if (bias !== null) this.engine.scaleRows(bias.gradient, this.factors, outputs, 1);
  }

  spread(): FactorSpread {
    const m = this.factors.values;
    let min = Infinity;
    let max = -Infinity;
    let sum = 0;
    for (const v of m) {
      if (v < min) min = v;
      if (v > max) max = v;
      sum += v;
    }
    return { min, mean: sum / m.length, max };
  }
}
