import { join } from 'node:path';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { memoryFields, memoryText } from '../summaries.js';

/** `grapes build [--force]` */
export const run: CommandHandler = (context, _args, options) =>
  withSession(ProjectSession.open(context, { target: 'build', force: options['force'] === true }), async (session) => {
    const { image, dir, result } = await built(session);
    const elf = join(dir, image.elfFile);
    return {
      fields: { memory: memoryFields(image.sizes), result: { elf, image } },
      text: `${session.run.id}: build ${result.action === 'ran' ? 'done' : 'is up to date'}: ${elf}\n${memoryText(null, image.sizes, session.board)}`,
    };
  });
