import { setTimeout as delay } from 'node:timers/promises';
import { loadBoard } from '../../boards/load.js';
import { findProjectDir } from '../../config/load.js';
import type { Device, LabelledInput } from '../../device/device.js';
import { openDevice } from '../../device/session.js';
import { openSerial } from '../../device/transport/serial.js';
import { applyDrift } from '../../dataset/drift.js';
import { flash } from '../../flash/flash.js';
import { readSample, type Samples } from '../../ir/dataset.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import { quantizeInput } from '../../ir/quantize-input.js';
import type { TelemetryEvent } from '../../ir/telemetry.js';
import { learnData } from '../../learn/learn-data.js';
import { replay } from '../../monitor/replay.js';
import { watch, type Connection, type WatchOptions } from '../../monitor/watch.js';
import type { CommandContext } from '../command.js';
import { ownBoards, projectDir, ProjectSession } from '../project-session.js';
import { built } from '../stages/build.js';
import { dataset } from '../stages/data.js';
import { quantized } from '../stages/quantize.js';
import { withSteps } from '../with-steps.js';

/** Where the monitor's events come from, and what to put above them. */
export interface MonitorSource {
  readonly title: string;
  readonly events: (signal: AbortSignal) => AsyncIterable<TelemetryEvent>;
  /** Lets go of the project. */
  close(): void;
}

const sleep: WatchOptions['sleep'] = async (ms, signal) => {
  // An abort ends the wait: the caller looks at the signal itself.
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
};

export function recording(path: string): MonitorSource {
  return {
    title: path,
    events: (signal) => replay(path, { speed: 1, sleep, signal }),
    close: () => undefined,
  };
}

/** A board that runs already: greeted and listened to, never driven. */
export function listening(context: CommandContext, port: string): MonitorSource {
  const board = loadBoard(boardIdFor(context), ownBoards(projectDir(context)));
  context.learned({ board: board.id });
  const open = async (): Promise<Connection> => {
    const device = await openDevice(await openSerial(port, board.serial.baud));
    return { device, close: () => device.close() };
  };
  return {
    title: `${board.id} on ${port}`,
    events: (signal) => watch({ open, drive: null, telemetryEverySteps: 1, now: context.io.now, sleep, signal }),
    close: () => undefined,
  };
}

function boardIdFor(context: CommandContext): string {
  const { board, project } = context.globals;
  if (board !== null) return board;
  const dir = project === null ? findProjectDir(context.baseDir) : context.resolve(project);
  return dir === null ? 'host' : ProjectSession.open(context, { target: 'monitor' }).board.id;
}

/** A virtual board, started for the occasion and given the project's learning stream. */
export async function driven(context: CommandContext, steps: number | undefined): Promise<MonitorSource> {
  const session = ProjectSession.open(context, { target: 'monitor' }, withSteps(steps));
  try {
    const { image, dir } = await built(session);
    const drive = session.config.learn === null ? null : await learningStream(session);
    const open = async (signal: AbortSignal): Promise<Connection> => {
      const { device, stop } = await flash(image, dir, session.board, { signal });
      return { device, close: stop };
    };
    return {
      title: `${session.config.name} on ${session.board.id}`,
      events: (signal) => watch({ open, drive, telemetryEverySteps: 1, now: context.io.now, sleep, signal }),
      close: () => session.close(),
    };
  } catch (error) {
    session.close();
    throw session.located(error);
  }
}

async function learningStream(session: ProjectSession): Promise<NonNullable<WatchOptions['drive']>> {
  const run = session.config.learn!.run;
  const data = await dataset(session);
  const { graph } = await quantized(session);
  const { stream } = learnData(data, run, (samples) => applyDrift(samples, data.inputShape, run.drift, run.seed));
  return async (device: Device, signal) => {
    await device.resetLearning();
    for await (const _ of device.learn(inputs(graph, stream, signal))) {
      // The telemetry frames say all there is to see.
    }
  };
}

function* inputs(graph: QuantizedGraph, samples: Samples, signal: AbortSignal): Generator<LabelledInput> {
  const real = new Float32Array(samples.inputSize);
  for (let n = 0; n < samples.count && !signal.aborted; n++) {
    readSample(samples, n, real);
    yield { input: quantizeInput(graph, real), label: samples.labels[n] };
  }
}
