import { makePackage } from '../../export/packages/make-package.js';
import type { PackageKind } from '../../export/packages/package.js';
import type { CSources } from '../../ir/c-sources.js';
import type { StageResult } from '../../runs/stage.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { exported } from './export.js';

export interface ExportedPackage {
  readonly sources: CSources;
  readonly files: readonly string[];
  readonly result: StageResult;
}

/** Stage `export/<board>-<kind>`: the C directory as a library of a build system. */
export async function exportedPackage(
  session: ProjectSession,
  kind: Exclude<PackageKind, 'c'>,
): Promise<ExportedPackage> {
  const { sources, result: from } = await exported(session);
  const made = makePackage(kind, { sources, version: toolVersion() });
  const result = await session.bring({
    id: `export/${session.board.id}-${kind}`,
    version: 1,
    options: { kind },
    inputs: { export: from.digest },
    seed: null,
    run: (output) => {
      for (const { path, text } of made) output.write(path, text);
      return Promise.resolve();
    },
  });
  return { sources, files: made.map(({ path }) => path), result };
}
