import type { OptimizeReport } from '../../ir/report.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import { optimize } from '../../optimize/optimize.js';
import type { ProjectSession } from '../project-session.js';
import { quantized } from './quantize.js';

export interface Optimized {
  /** What is planned, exported and runs on the device. */
  readonly graph: QuantizedGraph;
  readonly report: OptimizeReport;
}

/** The quantized network after the exact passes. Made in memory: quick, and a function of the stage `quantize` alone. */
export function optimized(session: ProjectSession): Promise<Optimized> {
  return session.once('optimize', async () => {
    const { graph } = await quantized(session);
    const { output, report } = optimize(graph, { learn: session.config.learn?.spec ?? null });
    return { graph: output, report };
  });
}
