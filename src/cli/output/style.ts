import pc from 'picocolors';
import type { CliIo, OutputStream } from '../io.js';

export type Style = ReturnType<typeof pc.createColors>;

/** NO_COLOR, then FORCE_COLOR, then whether that very stream is a terminal. */
export function styleFor(stream: OutputStream, env: CliIo['env']): Style {
  return pc.createColors(wantsColour(stream, env));
}

function wantsColour(stream: OutputStream, env: CliIo['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY;
}
