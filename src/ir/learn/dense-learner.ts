import { argmax } from '../accuracy.js';
import type { Activation } from '../graph.js';
import type { LearnSpec } from '../learn-spec.js';
import type { FactorSpread } from '../telemetry.js';
import { expf, logf, tanhf } from './math-f32.js';
import { factorSpread, modulationFactors, sumOfMagnitudes } from './node-sums.js';
import { hashWords } from './state-hash.js';

const f = Math.fround;

/** One trained layer as it starts: float32 values, weights [out][in]. */
export interface DenseLayerStart {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array | null;
  /** Of the last layer: `none`. */
  readonly activation: Activation;
  /** False only for the network's output layer. */
  readonly hidden: boolean;
}

export type DenseLearnerOptions = Pick<LearnSpec, 'learningRate' | 'grapes' | 'nodeSums'>;

/** What one learning step says of itself; all but `factors` also comes from a device. */
export interface StepResult {
  /** Prediction before the update. */
  readonly classIndex: number;
  /** Cross-entropy before the update. */
  readonly loss: number;
  /** One entry a hidden trained layer; empty with GRAPES off. */
  readonly factors: readonly FactorSpread[];
}

interface Layer extends DenseLayerStart {
  readonly sums: Float32Array | null;
  readonly factors: Float32Array | null;
  /** Input of the layer in the running step: the previous layer's activation. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly delta: Float32Array;
}

/**
 * Batch-1 SGD on dense layers with softmax cross-entropy and the GRAPES factor, in float32: docs/numerics.md,
 * "Learning step", in the order given there. The emitted C computes the same bits.
 */
export class DenseLearner {
  /** Steps since the last reset, modulo 2^32. */
  stepCount = 0;
  private readonly layers: readonly Layer[];
  private readonly state: Float32Array;
  private readonly words: Uint32Array;
  private readonly start: Float32Array;
  private readonly exps: Float32Array;
  private readonly learningRate: number;

  constructor(
    start: readonly DenseLayerStart[],
    private readonly options: DenseLearnerOptions,
  ) {
    this.learningRate = f(options.learningRate);
    const hasSums = (l: DenseLayerStart): boolean => l.hidden && options.grapes !== 'off';
    const words = (l: DenseLayerStart): number =>
      l.outputs * l.inputs + (l.bias === null ? 0 : l.outputs) + (hasSums(l) ? l.outputs : 0);
    this.state = new Float32Array(start.reduce((n, l) => n + words(l), 0));
    this.words = new Uint32Array(this.state.buffer);
    let at = 0;
    const take = (n: number): Float32Array => this.state.subarray(at, (at += n));
    let x: Float32Array = new Float32Array(start[0].inputs);
    this.layers = start.map((l): Layer => {
      const weights = take(l.inputs * l.outputs);
      weights.set(l.weights);
      const bias = l.bias === null ? null : take(l.outputs);
      bias?.set(l.bias!);
      const sums = hasSums(l) ? take(l.outputs) : null;
      const factors = sums === null ? null : new Float32Array(l.outputs).fill(1);
      const y = new Float32Array(l.outputs);
      const layer = { ...l, weights, bias, sums, factors, x, y, delta: new Float32Array(l.outputs) };
      x = y;
      return layer;
    });
    this.exps = new Float32Array(x.length);
    for (const layer of this.layers) {
      if (layer.sums !== null) for (let o = 0; o < layer.outputs; o++) sumRow(layer, layer.sums, o);
    }
    this.start = this.state.slice();
  }

  /** Back to the starting weights, step 0. */
  reset(): void {
    this.state.set(this.start);
    this.stepCount = 0;
  }

  /** The first trained layer's input: fill it, then call `step` or `predict`. */
  get input(): Float32Array {
    return this.layers[0].x;
  }

  /** Compared state: for each layer weights, bias, node sums. A view: it changes with every step. */
  get stateWords(): Uint32Array {
    return this.words;
  }

  hash(): number {
    return hashWords(this.words);
  }

  /** Weights of a trained layer, [out][in]: a view. */
  weights(layer: number): Float32Array {
    return this.layers[layer].weights;
  }

  /** Logits for what stands in `input`: a view. */
  forward(): Float32Array {
    for (const layer of this.layers) forwardLayer(layer);
    return this.layers[this.layers.length - 1].y;
  }

  predict(): number {
    return argmax(this.forward());
  }

  step(label: number): StepResult {
    const z = this.forward();
    const classIndex = argmax(z);
    const loss = this.softmaxDelta(z, label);
    const factors = this.refreshFactors();
    for (let k = this.layers.length - 1; k >= 0; k--) {
      const below = k === 0 ? null : this.layers[k - 1];
      this.backwardLayer(this.layers[k], below);
    }
    this.stepCount = (this.stepCount + 1) >>> 0;
    return { classIndex, loss, factors };
  }

  /** Class probabilities of the last step, before its update: for tests and reports. */
  probabilities(): Float32Array {
    return this.exps.slice();
  }

  private softmaxDelta(z: Float32Array, label: number): number {
    const { exps } = this;
    const { delta } = this.layers[this.layers.length - 1];
    let max = z[0];
    for (let o = 1; o < z.length; o++) if (z[o] > max) max = z[o];
    let total = 0;
    for (let o = 0; o < z.length; o++) {
      exps[o] = expf(f(z[o] - max));
      total = f(total + exps[o]);
    }
    const reciprocal = f(1 / total);
    for (let o = 0; o < z.length; o++) {
      exps[o] = f(exps[o] * reciprocal);
      delta[o] = f(exps[o] - (o === label ? 1 : 0));
    }
    return f(logf(total) - f(z[label] - max));
  }

  /** Node sums from the weights that the forward pass used, then the factors from the sums. */
  private refreshFactors(): FactorSpread[] {
    const spread: FactorSpread[] = [];
    for (const layer of this.layers) {
      const { sums, factors, outputs } = layer;
      if (sums === null || factors === null) continue;
      if (this.options.nodeSums === 'round-robin') sumRow(layer, sums, this.stepCount % outputs);
      else for (let o = 0; o < outputs; o++) sumRow(layer, sums, o);
      modulationFactors(sums, factors);
      spread.push(factorSpread(factors));
    }
    return spread;
  }

  /** Updates `layer` in place and leaves the error of `below` in its `delta`. */
  private backwardLayer(layer: Layer, below: Layer | null): void {
    const { weights, bias, delta, factors, x, inputs, outputs } = layer;
    const local = this.options.grapes === 'local' ? factors : null;
    const dx = below === null ? null : below.delta;
    dx?.fill(0);
    for (let o = 0; o < outputs; o++) {
      const d = delta[o];
      if (d === 0) continue;
      const e = f(this.learningRate * (local === null ? d : f(d * local[o])));
      if (dx === null) updateRow(weights, o * inputs, inputs, x, e);
      else backwardRow(weights, o * inputs, inputs, x, e, dx, d);
      if (bias !== null) bias[o] = f(bias[o] - e);
    }
    if (below !== null) this.throughActivation(below);
  }

  /** From the error of a layer's outputs to the error of its sums; the propagating factor acts here. */
  private throughActivation(layer: Layer): void {
    const { activation, y, delta, factors, outputs } = layer;
    const factor = this.options.grapes === 'propagating' ? factors : null;
    for (let j = 0; j < outputs; j++) {
      let d = delta[j];
      if (activation === 'relu') d = y[j] <= 0 ? 0 : d;
      else if (activation === 'tanh') d = f(d * f(1 - f(y[j] * y[j])));
      if (factor !== null && factor[j] > 1) d = f(d * factor[j]);
      delta[j] = d;
    }
  }
}

function forwardLayer(layer: Layer): void {
  const { weights, bias, x, y, inputs, outputs, activation } = layer;
  for (let o = 0; o < outputs; o++) {
    const s = dotRow(weights, o * inputs, inputs, x, bias === null ? 0 : bias[o]);
    y[o] = activation === 'relu' ? (s > 0 ? s : 0) : activation === 'tanh' ? tanhf(s) : s;
  }
}

// The three inner loops stand alone so that the engine compiles each to float32 instructions.

function dotRow(w: Float32Array, row: number, inputs: number, x: Float32Array, start: number): number {
  let s = f(start);
  for (let i = 0; i < inputs; i++) s = f(s + f(w[row + i] * x[i]));
  return s;
}

function updateRow(w: Float32Array, row: number, inputs: number, x: Float32Array, e: number): void {
  const step = f(e);
  for (let i = 0; i < inputs; i++) w[row + i] = f(w[row + i] - f(step * x[i]));
}

function backwardRow(
  w: Float32Array,
  row: number,
  inputs: number,
  x: Float32Array,
  e: number,
  dx: Float32Array,
  d: number,
): void {
  const step = f(e);
  const error = f(d);
  for (let i = 0; i < inputs; i++) {
    const old = w[row + i];
    dx[i] = f(dx[i] + f(old * error));
    w[row + i] = f(old - f(step * x[i]));
  }
}

function sumRow(layer: Layer, sums: Float32Array, o: number): void {
  sums[o] = sumOfMagnitudes(layer.weights, o * layer.inputs, layer.inputs);
}
