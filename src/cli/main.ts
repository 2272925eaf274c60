#!/usr/bin/env node
import { EXIT } from '../errors/exit-codes.js';
import { ToolError } from '../errors/tool-error.js';
import { HIDE_CURSOR, SHOW_CURSOR } from '../util/terminal/live-area.js';
import type { OutputStream } from './io.js';
import { runCli } from './run-cli.js';

const abort = new AbortController();

/** The first Ctrl-C lets stages clean up and children end; the second does not wait. */
function interrupt(signal: NodeJS.Signals): void {
  if (abort.signal.aborted) process.exit(130);
  abort.abort(new ToolError('INTERRUPTED', `Interrupted (${signal}).`, { context: { signal } }));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(signal));

function toUser(stream: NodeJS.WriteStream): OutputStream {
  // `grapes … | head` closes the pipe early: that is no fault, and nobody is left to tell.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    // The result did not arrive (a full disk behind `>`): say so, unless it is stderr itself that failed.
    process.exitCode = EXIT.unexpected;
    if (stream !== process.stderr) process.stderr.write(`error DISK_WRITE_FAILED: ${error.message}\n`);
  });
  let isCursorHidden = false;
  // A second Ctrl-C or a fault ends the process in the middle of a live picture.
  process.on('exit', () => {
    if (isCursorHidden) stream.write(SHOW_CURSOR);
  });
  return {
    write: (text) => {
      const [hidden, shown] = [text.lastIndexOf(HIDE_CURSOR), text.lastIndexOf(SHOW_CURSOR)];
      if (hidden !== shown) isCursorHidden = hidden > shown;
      stream.write(text);
    },
    isTTY: stream.isTTY,
    // Some terminals say 0 when they do not know; and the window may change its size at any time.
    get columns() {
      return stream.columns > 0 ? stream.columns : 80;
    },
    get rows() {
      return stream.rows > 0 ? stream.rows : 24;
    },
  };
}

const exitCode = await runCli(process.argv.slice(2), {
  stdout: toUser(process.stdout),
  stderr: toUser(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  now: () => performance.now(),
  signal: abort.signal,
});
// A failed write has set it already.
process.exitCode ??= exitCode;
