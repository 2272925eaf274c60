import { diagnose } from '../../doctor/diagnose.js';
import type { DoctorReport } from '../../doctor/report.js';
import { ToolError } from '../../errors/tool-error.js';
import type { CommandHandler } from '../command.js';
import type { Style } from '../output/style.js';
import { table } from '../output/text.js';
import { cacheDir, ownBoards, projectDir } from '../project-session.js';

/** `grapes doctor`; exit code 8 when something that is needed is missing. */
export const run: CommandHandler = async (context) => {
  const report = await diagnose({
    cacheDir: cacheDir(context.io.env),
    boardDirs: ownBoards(projectDir(context)),
  });
  const missing = report.checks.filter((check) => check.status === 'fail');
  const failure = report.ok
    ? null
    : new ToolError('DOCTOR_FOUND_FAULTS', `Missing: ${missing.map((check) => check.name).join(', ')}.`, {
        hint: missing.find((check) => check.remedy !== null)?.remedy ?? 'See the remedies above.',
        context: { checks: missing.map((check) => check.name) },
      });
  return { fields: { result: { report } }, text: describe(report, context.style), failure };
};

function describe({ checks, usableBoards }: DoctorReport, style: Style): string {
  const mark = { ok: style.green('ok'), warn: style.yellow('warn'), fail: style.red('FAIL') };
  const rows = checks.map((check) => [mark[check.status], check.name, check.found]);
  const remedies = checks.filter((check) => check.status !== 'ok' && check.remedy !== null);
  const lines = [table(rows), '', `boards that can be used here: ${usableBoards.join(', ') || 'none'}`];
  if (remedies.length > 0) lines.push('', 'what to do:', ...remedies.map((c) => `  ${c.name}: ${c.remedy ?? ''}`));
  return lines.join('\n');
}
