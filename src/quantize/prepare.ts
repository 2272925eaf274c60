import type { FloatGraph } from '../ir/graph.js';
import { binaryAdds } from './passes/binary-adds.js';
import { dropReshapes } from './passes/drop-reshapes.js';
import { foldBatchNorm } from './passes/fold-batch-norm.js';
import { fuseActivations } from './passes/fuse-activations.js';
import { imageShapes } from './passes/image-shapes.js';
import { normAsDepthwise } from './passes/norm-as-depthwise.js';
import { splitLookups } from './passes/split-lookups.js';
import { wholeFactors } from './passes/whole-factors.js';

/** In this order: each pass finds what the earlier ones have left. */
const PASSES: readonly ((graph: FloatGraph) => FloatGraph)[] = [
  foldBatchNorm,
  fuseActivations,
  normAsDepthwise,
  splitLookups,
  binaryAdds,
  wholeFactors,
  imageShapes,
  dropReshapes,
];

/**
 * The same network, up to the rounding of float32, in ops that have an integer op each. What has none (layers over time)
 * stays as it is.
 */
export function prepare(graph: FloatGraph): FloatGraph {
  return PASSES.reduce((g, pass) => pass(g), graph);
}
