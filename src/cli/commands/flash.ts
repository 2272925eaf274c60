import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { onBoard } from '../stages/on-board.js';

/** `grapes flash`: starts or finds the board, and compares what it says of itself with the build. */
export const run: CommandHandler = (context) =>
  withSession(ProjectSession.open(context, { target: 'flash' }), async (session) => {
    const info = await onBoard(session, async (device) => device.info);
    return {
      fields: { result: { device: info } },
      text: `${session.board.id} answers: model ${info.modelName} ${info.modelDigest.slice(0, 12)}, firmware ${info.firmwareVersion}, protocol ${info.protocolVersion}`,
    };
  });
