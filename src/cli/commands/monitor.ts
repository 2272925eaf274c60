import { statSync } from 'node:fs';
import { ToolError } from '../../errors/tool-error.js';
import { parsePattern } from '../../monitor/expect.js';
import { monitor } from '../../monitor/monitor.js';
import { Recorder } from '../../monitor/recorder.js';
import { PlainView } from '../../monitor/render/plain.js';
import { TtyView } from '../../monitor/render/tty.js';
import type { MonitorView } from '../../monitor/render/view.js';
import type { CommandContext, CommandHandler } from '../command.js';
import { driven, listening, recording, type MonitorSource } from '../monitor/sources.js';
import { terminalPort } from '../io.js';
import { percent, table, thousands } from '../output/text.js';

/** `grapes monitor [--record FILE] [--replay FILE] [--expect RE] [--fail RE] [--timeout S] [--steps N]` */
export const run: CommandHandler = async (context, _args, options) => {
  const pattern = (name: 'expect' | 'fail'): RegExp | null =>
    options[name] === undefined ? null : parsePattern(name, String(options[name]));
  const expect = pattern('expect');
  const fail = pattern('fail');
  const record = options['record'] as string | undefined;
  const timeout = options['timeout'] as number | undefined;
  refuseRecordingItself(context, options['replay'] as string | undefined, record);
  const source = await sourceFor(context, options);
  try {
    const summary = await monitor(source.events, {
      view: viewFor(context, source.title),
      recorder: record === undefined ? null : new Recorder(context.resolve(record)),
      expect,
      fail,
      timeoutMs: timeout === undefined ? null : timeout * 1000,
      signal: context.signal,
    });
    const { reason, events, last } = summary;
    const text = table([
      ['ended', reason],
      ['events', thousands(events)],
      ['learning steps', thousands(last.step)],
      ['running accuracy', percent(last.accuracy)],
      ['lost frames', thousands(last.lostFrames)],
    ]);
    return {
      fields: { result: { reason, events, last } },
      text,
      failure: reason === 'interrupted' ? new ToolError('INTERRUPTED', 'The monitor was stopped.') : null,
    };
  } finally {
    source.close();
  }
};

/** The recording would grow by what is read from it. */
function refuseRecordingItself(context: CommandContext, replay: string | undefined, record: string | undefined): void {
  if (replay === undefined || record === undefined || !isSameFile(context.resolve(replay), context.resolve(record)))
    return;
  const message = `--replay and --record name the same file, ${replay}.`;
  throw new ToolError('USAGE', message, { context: { replay, record } });
}

function isSameFile(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

async function sourceFor(context: CommandContext, options: Readonly<Record<string, unknown>>): Promise<MonitorSource> {
  if (options['replay'] !== undefined) return recording(context.resolve(String(options['replay'])));
  if (context.globals.port !== null) return listening(context, context.globals.port);
  return driven(context, options['steps'] as number | undefined);
}

/** With --json the view goes to standard error, so that standard output stays one document. */
function viewFor({ io, globals, style }: CommandContext, title: string): MonitorView {
  const stream = globals.json ? io.stderr : io.stdout;
  const write = (text: string): void => stream.write(text);
  if (!stream.isTTY) return new PlainView(write);
  return new TtyView({ title, color: style.isColorSupported, ...terminalPort(stream, io) });
}
