import type { FloatGraph } from '../ir/graph.js';
import type { QuantizeOptions } from '../ir/options.js';
import { addBiases } from './passes/add-biases.js';
import { equalizeLayers } from './passes/cross-layer-equalization.js';
import { prepare } from './prepare.js';

/** The network as it is quantized: in ops that have an integer op, and as the options' passes leave it. */
export function floatForm(graph: FloatGraph, options: QuantizeOptions): FloatGraph {
  let float = prepare(graph);
  if (options.crossLayerEqualization === true) float = equalizeLayers(float);
  if (options.biasCorrection === true) float = addBiases(float);
  return float;
}
