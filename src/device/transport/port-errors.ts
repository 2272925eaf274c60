import { readFileSync, statSync } from 'node:fs';
import { ToolError } from '../../errors/tool-error.js';
import { portHolders } from './port-holders.js';

/** serialport tells errors apart only by the words of the operating system. */
export function openError(path: string, cause: Error): ToolError {
  const context = { port: path, reason: cause.message };
  const words = cause.message.toLowerCase();
  if (words.includes('no such file')) {
    return new ToolError('PORT_NOT_FOUND', `There is no serial port ${path}.`, { context, cause });
  }
  if (words.includes('permission denied') || words.includes('access denied')) return permissionError(path, cause);
  if (words.includes('cannot lock') || words.includes('busy') || words.includes('temporarily unavailable')) {
    const holders = portHolders(path).map(({ pid, command }) => `${command} (pid ${pid})`);
    const who = holders.length === 0 ? 'another program' : holders.join(', ');
    const hint = holders.length === 0 ? {} : { hint: `Close ${who}, then try again.` };
    return new ToolError('PORT_BUSY', `${path} is in use by ${who}.`, {
      ...hint,
      context: { ...context, holders },
      cause,
    });
  }
  return new ToolError(
    'PORT_FAILED',
    `${path} cannot be opened: ${cause.message
      .replace(/^Error: /, '')
      .replace(/[.,\s]+$/, '')
      .replace(/, cannot open .*$/, '')}.`,
    { context, cause },
  );
}

function permissionError(path: string, cause: Error): ToolError {
  const group = groupOf(path);
  const user = process.env['USER'] ?? '$USER';
  const options =
    group === null || group === 'root' ? {} : { hint: `sudo usermod -aG ${group} ${user}, then log in again.` };
  const belongs = group === null ? '' : ` It belongs to the group ${group}.`;
  const message = `You have no permission to open ${path}.${belongs}`;
  return new ToolError('PORT_PERMISSION', message, { ...options, context: { port: path, group }, cause });
}

function groupOf(path: string): string | null {
  try {
    const { gid } = statSync(path);
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((entry) => entry.split(':')[2] === String(gid));
    return line?.split(':')[0] ?? null;
  } catch {
    return null;
  }
}
