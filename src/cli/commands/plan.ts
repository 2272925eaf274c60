import { checkBudget } from '../../build/budget.js';
import type { ProjectConfig } from '../../config/project-config.js';
import type { CommandHandler } from '../command.js';
import { parseBudget } from '../parse-budget.js';
import { ProjectSession, withSession } from '../project-session.js';
import { planned } from '../stages/plan.js';
import { memoryFields, memoryText } from '../summaries.js';

/** `grapes plan [--budget …] [--no-compile] [--force]`; exit 10 when it does not fit. */
export const run: CommandHandler = (context, _args, options) => {
  const limits = options['budget'] === undefined ? null : parseBudget(String(options['budget']));
  const adjust = (config: ProjectConfig): ProjectConfig =>
    limits === null ? config : { ...config, budget: { ...config.budget, ...limits } };
  const session = ProjectSession.open(context, { target: 'plan', force: options['force'] === true }, adjust);
  return withSession(session, async ({ board, config }) => {
    const { plan, optimize, sizes } = await planned(session, options['compile'] !== false);
    const memory = memoryFields(sizes);
    context.learned({ memory, result: { plan, optimize, sizes } });
    checkBudget(plan, sizes, config.budget, board);
    return { fields: { memory, result: { plan, optimize, sizes } }, text: memoryText(plan, sizes, board, optimize) };
  });
};
