import type { Device } from '../../device/device.js';
import { flash } from '../../flash/flash.js';
import type { ProjectSession } from '../project-session.js';
import { built } from './build.js';

/** Flashes the built image, gives the greeted device to `work`, and ends virtual boards whatever happens. */
export async function onBoard<T>(session: ProjectSession, work: (device: Device) => Promise<T>): Promise<T> {
  const { board, context } = session;
  const { image, dir } = await built(session);
  const { device, stop } = await flash(image, dir, board, { port: context.globals.port, signal: context.signal });
  // A device that hangs must not keep Ctrl-C waiting for its timeout.
  const cut = (): void => void device.close();
  context.signal.addEventListener('abort', cut, { once: true });
  try {
    context.signal.throwIfAborted();
    return await work(device);
  } finally {
    context.signal.removeEventListener('abort', cut);
    await stop();
  }
}
