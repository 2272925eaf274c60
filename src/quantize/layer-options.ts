import type { QuantizeOptions } from '../ir/options.js';

/** What may differ from layer to layer. */
export interface LayerQuantizeOptions {
  /** Scales of the weights. */
  readonly weights: QuantizeOptions['weights'];
}

/** The options of the op of this name. */
export function layerOptions(options: QuantizeOptions, _op: string): LayerQuantizeOptions {
  return { weights: options.weights };
}
