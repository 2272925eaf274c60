import type { FloatGraph } from '../ir/graph.js';
import { graphMacs } from '../ir/interpret.js';

const LEAST = 32;

/**
 * As many of `samples`, evenly spread, as a measurement can take that runs the network `runs` times on each, within `macs`
 * multiplications: seconds, not minutes. At least 32 if there are as many. It depends on the network alone, so results
 * repeat.
 */
export function spread<T>(samples: readonly T[], macs: number, graph: FloatGraph, runs: number): readonly T[] {
  const most = Math.max(LEAST, Math.floor(macs / Math.max(1, graphMacs(graph) * runs)));
  if (samples.length <= most) return samples;
  return Array.from({ length: most }, (_, k) => samples[Math.floor((k * samples.length) / most)]);
}
