import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import type { QuantizeOptions } from '../ir/options.js';
import { floatForm } from './float-form.js';
import { integerGraph } from './integer-graph.js';
import { withWidths } from './widths.js';

/** Any range will do: only shapes and types are asked for. */
const ANY_RANGE = { min: -1, max: 1 };

/**
 * The integer network that {@link quantize} will make of this one, before the weights are trained or a range is known: ops,
 * shapes and types are right, and so is what they take in memory; the numbers mean nothing.
 */
export function outline(graph: FloatGraph, options: QuantizeOptions): QuantizedGraph {
  const widthed = withWidths(floatForm(graph, { ...options, crossLayerEqualization: false }), options);
  const ranges = new Map([...widthed.bits.keys()].map((id) => [id, ANY_RANGE]));
  return integerGraph(widthed, ranges, options, graph.provenance);
}
