import type { FloatGraph } from '../ir/graph.js';
import { graphMacs } from '../ir/interpret.js';

const LEAST = 32;

/**
 * On how many samples a measurement can run the network `runs` times within `macs` multiplications: seconds, not
 * minutes; at least 32. It depends on the network alone, so results repeat.
 */
export function affordable(macs: number, graph: FloatGraph, runs: number): number {
  return Math.max(LEAST, Math.floor(macs / Math.max(1, graphMacs(graph) * runs)));
}

/** `count` of the samples, or all, in even distances: data sets are often sorted. */
export function evenly<T>(samples: readonly T[], count: number): readonly T[] {
  if (samples.length <= count) return samples;
  return Array.from({ length: count }, (_, k) => samples[Math.floor((k * samples.length) / count)]);
}
