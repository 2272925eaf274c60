import type { OptimizeReport } from '../../ir/report.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import { orderOps } from '../../export/plan/order/order-ops.js';
import { optimize } from '../../optimize/optimize.js';
import type { ProjectSession } from '../project-session.js';
import { quantized } from './quantize.js';

export interface Optimized {
  /** What is planned, exported and runs on the device. */
  readonly graph: QuantizedGraph;
  readonly report: OptimizeReport;
}

/** The quantized network after the exact passes, in the order for the board's kernels. Made in memory, out of the stage `quantize`. */
export function optimized(session: ProjectSession): Promise<Optimized> {
  return session.once('optimize', async () => {
    const { graph } = await quantized(session);
    const { config, board } = session;
    const learn = config.learn?.spec ?? null;
    const { output, report } = optimize(graph, { learn });
    const { streaming } = config.export;
    const ordered = orderOps(output, { learn, kernels: board.chip.kernels, streaming });
    return { graph: ordered.output, report: ordered.report === null ? report : { ...report, order: ordered.report } };
  });
}
