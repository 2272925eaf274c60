import type { GrapesMode, ModelSpec } from '../ir/model-spec.js';
import type { TrainOptions } from '../ir/options.js';
import type { FactorSpread } from '../ir/telemetry.js';
import { Rng } from '../util/rng.js';
import type { Engine, Floats, Ints } from './engine.js';
import type { FactorRule } from './grapes/factor.js';
import { Modulation } from './grapes/modulation.js';
import { INITIALIZERS } from './initializers.js';
import { FullyConnectedLayer } from './layers/fully-connected.js';
import { SoftmaxCrossEntropy } from './losses/softmax-cross-entropy.js';
import type { Parameter } from './parameter.js';

export interface NetworkOptions {
  readonly inputs: number;
  readonly model: ModelSpec;
  readonly grapes: GrapesMode;
  readonly factorRule: FactorRule;
  /** The largest batch that will come, for training or evaluation. */
  readonly maxRows: number;
}

/** Name of layer `index`, as the graph will carry it. */
export function layerName(model: ModelSpec, index: number): string {
  return model.layers[index].name ?? `dense_${String(index)}`;
}

/** A stack of dense layers with its loss, in an engine's memory. One batch at a time stands in `input` and `labels`. */
export class Network {
  readonly layers: readonly FullyConnectedLayer[];
  readonly loss: SoftmaxCrossEntropy;
  /** [rows][inputs] */
  readonly input: Floats;
  readonly labels: Ints;
  /** One a hidden layer, lowest first; empty with GRAPES off. */
  readonly modulations: readonly Modulation[];

  constructor(engine: Engine, options: NetworkOptions) {
    const { model, maxRows } = options;
    this.input = engine.floats(maxRows * options.inputs);
    this.labels = engine.ints(maxRows);
    this.layers = model.layers.map((layer, i) => {
      const inputs = i === 0 ? options.inputs : model.layers[i - 1].units;
      const settings = { ...layer, name: layerName(model, i), inputs, outputs: layer.units, bias: model.bias };
      return new FullyConnectedLayer(engine, settings, maxRows);
    });
    this.loss = new SoftmaxCrossEntropy(engine, this.top.outputs, maxRows);
    const { grapes, factorRule } = options;
    const hidden = this.layers.slice(0, -1);
    this.modulations = grapes === 'off' ? [] : hidden.map((l) => new Modulation(engine, l, grapes, factorRule));
  }

  private get top(): FullyConnectedLayer {
    return this.layers[this.layers.length - 1];
  }

  get parameters(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.parameters);
  }

  initialize(initializer: TrainOptions['initializer'], seed: number): void {
    for (const layer of this.layers) {
      const rng = Rng.forPurpose(seed, `initialize/${layer.name}`);
      INITIALIZERS[initializer](layer.weights.values.values, layer.inputs, layer.outputs, rng);
      layer.bias?.values.values.fill(0);
    }
  }

  drawMasks(rows: number, seed: number, step: number): void {
    for (const layer of this.layers) {
      if (layer.mask !== null)
        layer.drawMask(rows, Rng.forPurpose(seed, `dropout/${layer.name}/${String(step)}`).uint32());
    }
  }

  /** Loss summed over the rows. Leaves the classes in `loss.predicted` and the output's error signal ready. */
  forward(rows: number, training: boolean): number {
    let input = this.input;
    for (const layer of this.layers) {
      layer.forward(input, rows, training);
      input = layer.output;
    }
    return this.loss.evaluate(input, this.labels, this.top.delta, rows);
  }

  refreshFactors(): void {
    for (const modulation of this.modulations) modulation.refresh();
  }

  /** Mean gradients of the batch that `forward` has just seen, modulated by the factors as they stand. */
  backward(rows: number): void {
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const layer = this.layers[l];
      // Undefined for the output layer, which is never modulated.
      const modulation = this.modulations.at(l);
      if (l < this.layers.length - 1) layer.backwardThroughActivation(rows);
      modulation?.modulateError(layer.delta, rows);
      layer.takeGradients(l === 0 ? this.input : this.layers[l - 1].output, rows);
      if (l > 0) layer.sendDown(this.layers[l - 1].delta, rows);
      modulation?.modulateGradients();
    }
  }

  factorSpreads(): FactorSpread[] {
    return this.modulations.map((modulation) => modulation.spread());
  }
}
