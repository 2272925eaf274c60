import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadBoard } from '../../boards/load.js';
import { checkBudget } from '../../build/budget.js';
import { findProgram } from '../../build/toolchain.js';
import { PROJECT_FILE, shortPath } from '../../config/load.js';
import { DEMO_BOARD, FALLBACK_BOARD, chooseBoard } from '../../demo/choose-board.js';
import { learnError } from '../../learn/learn-error.js';
import { renderSummary } from '../../report/summary.js';
import { verifyError } from '../../verify/verify-error.js';
import type { CommandContext, CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { learned } from '../stages/learn.js';
import { planned } from '../stages/plan.js';
import { copyReport, reported } from '../stages/report.js';
import { verified } from '../stages/verify.js';
import { learnFields, memoryFields, verifyFields } from '../summaries.js';
import { run as init } from './init.js';

/** Where the demo's project is made when -C names no folder. */
const DEMO_DIR = 'grapes-demo-digits';

/**
 * `grapes demo digits`: an ordinary project from the template, deployed, taught and reported; run again, only what
 * changed is made again.
 */
export const run: CommandHandler = async (outer) => {
  const { board, note } = demoBoard(outer);
  if (note !== null) outer.progress.note(note);
  const dir = outer.globals.project ?? DEMO_DIR;
  const context: CommandContext = { ...outer, globals: { ...outer.globals, project: dir, board } };
  if (!existsSync(join(context.resolve(dir), PROJECT_FILE))) await init(context, [], { name: 'digits' });

  return withSession(ProjectSession.open(context, { target: 'report' }), async (session) => {
    const { config } = session;
    const { plan } = await planned(session, true);
    const { image } = await built(session);
    context.learned({ memory: memoryFields(image.sizes) });
    checkBudget(plan, image.sizes, config.budget, session.board);
    const verify = (await verified(session)).report;
    const checked = verifyFields(verify);
    context.learned(checked);
    const learn = config.learn === null ? null : (await learned(session)).report;
    const taught = learn === null ? {} : learnFields(learn);
    const { data, page } = await reported(session, {
      title: 'Digits that learn on the device',
      notes: note === null ? [] : [note],
    });
    const report = copyReport(page, join(context.resolve(dir), 'report.html'));
    return {
      fields: {
        ...checked,
        ...taught,
        instructions: { ...checked.instructions, ...taught.instructions },
        memory: memoryFields(image.sizes),
        result: { report, note, verify, learn },
      },
      text: `${renderSummary(data, context.style.isColorSupported)}\nThe report with its pictures: ${shortPath(report, context.baseDir)}`,
      failure: verifyError(verify) ?? (learn === null ? null : learnError(learn)),
    };
  });
};

/** The board that was asked for, whatever is missing; else the virtual one if it can run here. */
function demoBoard({ globals }: CommandContext): { board: string; note: string | null } {
  if (globals.board !== null) return { board: globals.board, note: null };
  const has = (program: string): boolean => findProgram(program) !== null;
  const { board, note } = chooseBoard(loadBoard(DEMO_BOARD), loadBoard(FALLBACK_BOARD), has);
  return { board: board.id, note };
}
