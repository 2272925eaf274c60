import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { SerialPortFound } from './report.js';

function names(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

function accessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * USB serial ports by their device files. serialport's own list needs `udevadm` and takes the whole process down where
 * that is missing.
 * @param dev The device folder; another one in tests
 */
export function findSerialPorts(dev = '/dev'): SerialPortFound[] {
  const byId = new Map<string, string>();
  for (const name of names(join(dev, 'serial', 'by-id'))) {
    const link = join(dev, 'serial', 'by-id', name);
    try {
      byId.set(realpathSync(link), link);
    } catch {
      // A link whose port was unplugged just now.
    }
  }
  return names(dev)
    .filter((name) => /^tty(ACM|USB)\d+$/.test(name))
    .map((name) => join(dev, name))
    .map((path) => ({ path, byId: byId.get(realpathSync(path)) ?? null, accessible: accessible(path) }));
}
