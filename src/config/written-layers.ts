import type { Activation } from '../ir/graph.js';
import type { RawLayer, RawTypedLayer } from './raw-model.js';

const WITH_WEIGHTS = ['dense', 'conv_2d', 'depthwise_conv_2d'];
const OVER_TIME = ['simple_rnn', 'gru', 'snu'];
/** Layers that keep the shape of what they read. */
const ELEMENTWISE = ['batch_norm', 'activation', 'dropout'];

/** The layers as written, with who reads whom: what some defaults hang on. */
export class WrittenLayers {
  /** A layer without a type is dense. */
  readonly layers: readonly RawTypedLayer[];
  /** Indices of the layers that each layer reads; the network's input and unknown names are left out. */
  private readonly sources: readonly (readonly number[])[];
  private readonly readers: readonly number[][];

  constructor(layers: readonly RawLayer[]) {
    this.layers = layers.map((layer) => (layer.type === undefined ? { ...layer, type: 'dense' as const } : layer));
    const names = this.layers.map(({ name, type }, i) => name ?? `${type}_${i}`);
    this.sources = this.layers.map(({ from }, i) => {
      if (from === undefined) return i === 0 ? [] : [i - 1];
      return [from].flat().flatMap((name) => {
        const source = names.indexOf(name);
        return source >= 0 && source < i ? [source] : [];
      });
    });
    this.readers = this.layers.map(() => []);
    this.sources.forEach((sources, i) => sources.forEach((source) => this.readers[source].push(i)));
  }

  /**
   * The activation of a layer that names none: relu in hidden layers with weights, or in the batch normalization behind
   * one, which is then folded into it. None in the last layer, and where what follows has the activation: a batch
   * normalization, an activation layer, a sum or a product with an activation.
   */
  activation(i: number): Activation {
    if (i === this.layers.length - 1) return 'none';
    const isNorm = this.layers[i].type === 'batch_norm';
    const weights = isNorm ? this.layers.at(this.sources[i].at(0) ?? this.layers.length) : this.layers[i];
    if (weights === undefined || !WITH_WEIGHTS.includes(weights.type)) return 'none';
    if (isNorm && activationOf(weights) !== 'none') return 'none';
    const follows = this.readers[i].some((reader) => takesActivation(this.layers[reader]));
    return follows ? 'none' : 'relu';
  }

  /** Whether a recurrent or spiking layer reads it, perhaps through layers that keep the time axis. */
  isReadOverTime(i: number): boolean {
    return this.readers[i].some((reader) => {
      const { type } = this.layers[reader];
      return OVER_TIME.includes(type) || (ELEMENTWISE.includes(type) && this.isReadOverTime(reader));
    });
  }
}

function takesActivation(layer: RawTypedLayer): boolean {
  const { type } = layer;
  const isSumOrProduct = type === 'add' || type === 'mul';
  return type === 'batch_norm' || type === 'activation' || (isSumOrProduct && activationOf(layer) !== 'none');
}

function activationOf(layer: RawTypedLayer): Activation {
  return ('activation' in layer ? layer.activation : undefined) ?? 'none';
}
