import { join } from 'node:path';
import { buildFirmware } from '../../build/build.js';
import { firmwareDigest } from '../../build/firmware-units.js';
import { findToolchain } from '../../build/toolchain.js';
import type { FirmwareImage } from '../../ir/firmware-image.js';
import type { StageResult } from '../../runs/stage.js';
import { packageRoot } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { exported } from './export.js';
import { readJson } from './graph-on-disk.js';

/** The firmware of this network that was built before, or null; compiles nothing. */
export async function builtBefore(session: ProjectSession): Promise<Built | null> {
  const source = await exported(session);
  const result = session.run.standing(`build/${session.board.id}`, { export: source.result.digest });
  if (result === null) return null;
  return { image: readJson<FirmwareImage>(result.dir, 'image.json'), dir: result.dir, result };
}

export interface Built {
  readonly image: FirmwareImage;
  readonly dir: string;
  readonly result: StageResult;
}

/** Stage `build/<board>`: firmware.elf, firmware.map, image.json. */
export function built(session: ProjectSession): Promise<Built> {
  return session.once('build', async () => {
    const { board, context } = session;
    const source = await exported(session);
    const toolchain = await findToolchain(board.chip.compiler, context.signal);
    const result = await session.bring({
      id: `build/${board.id}`,
      version: 1,
      options: { compiler: toolchain.version },
      inputs: {
        export: source.result.digest,
        firmware: firmwareDigest(join(packageRoot(), 'firmware'), board),
        board: session.boardDigest,
      },
      seed: null,
      run: async (output) => {
        const image = await buildFirmware(source.sources, board, output.dir, {
          cacheDir: join(session.cacheDir, 'build'),
          progress: context.progress,
          signal: context.signal,
        });
        output.writeJson('image.json', image);
      },
    });
    return { image: readJson<FirmwareImage>(result.dir, 'image.json'), dir: result.dir, result };
  });
}
