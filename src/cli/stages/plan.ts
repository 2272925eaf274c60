import { join } from 'node:path';
import { compileForPlan } from '../../build/build.js';
import { firmwareDigest } from '../../build/firmware-units.js';
import { findToolchain } from '../../build/toolchain.js';
import { isToolError } from '../../errors/tool-error.js';
import { planMemory } from '../../export/plan/plan.js';
import type { ImageSizes } from '../../ir/firmware-image.js';
import type { MemoryPlan } from '../../ir/memory-plan.js';
import type { OptimizeReport } from '../../ir/report.js';
import type { StageResult } from '../../runs/stage.js';
import { packageRoot } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { exported } from './export.js';
import { readJson } from './graph-on-disk.js';
import { optimized } from './optimize.js';
import { quantized } from './quantize.js';

export interface Planned {
  readonly plan: MemoryPlan;
  /** What the exact passes took out before. */
  readonly optimize: OptimizeReport;
  /** From a trial build; null without a compiler. */
  readonly sizes: ImageSizes | null;
  readonly result: StageResult;
}

/** Stage `plan/<board>`: plan.json, optimize.json, and sizes.json from a trial build if there is a compiler and `compile` allows. */
export function planned(session: ProjectSession, compile: boolean): Promise<Planned> {
  return session.once('plan', async () => {
    const { config, board, context } = session;
    const model = await quantized(session);
    const compiler = compile ? await compilerVersion(session) : null;
    const sources = compiler === null ? null : await exported(session);
    const learn = config.learn?.spec ?? null;
    const { streaming } = config.export;
    const result = await session.bring({
      id: `plan/${board.id}`,
      version: 10,
      options: { learn, kernels: board.chip.kernels, streaming, compiler },
      inputs: {
        quantize: model.result.digest,
        board: session.boardDigest,
        ...(sources === null
          ? {}
          : {
              export: sources.result.digest,
              firmware: firmwareDigest(join(packageRoot(), 'firmware'), board),
            }),
      },
      seed: null,
      run: async (output) => {
        const { graph, report } = await optimized(session);
        output.writeJson('plan.json', planMemory(graph, learn, board.chip.kernels, streaming));
        output.writeJson('optimize.json', report);
        const sizes =
          sources === null
            ? null
            : await compileForPlan(sources.sources, board, {
                cacheDir: join(session.cacheDir, 'build'),
                progress: context.progress,
                signal: context.signal,
              });
        output.writeJson('sizes.json', sizes);
      },
    });
    return {
      plan: readJson<MemoryPlan>(result.dir, 'plan.json'),
      optimize: readJson<OptimizeReport>(result.dir, 'optimize.json'),
      sizes: readJson<ImageSizes | null>(result.dir, 'sizes.json'),
      result,
    };
  });
}

/** Null, with a note, where the compiler is missing: the plan then says `planned` everywhere. */
async function compilerVersion({ board, context }: ProjectSession): Promise<string | null> {
  try {
    return (await findToolchain(board.chip.compiler, context.signal)).version;
  } catch (error) {
    if (!isToolError(error) || error.code !== 'TOOLCHAIN_MISSING') throw error;
    context.progress.note(`plan: ${board.chip.compiler.command} is missing, so sizes are planned, not compiled`);
    return null;
  }
}
