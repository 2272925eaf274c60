import { statSync, readFileSync } from 'node:fs';
import type { SerialPort } from 'serialport';
import { ToolError } from '../../errors/tool-error.js';
import { portHolders } from './port-holders.js';
import type { Transport, TransportListener } from './transport.js';

/**
 * Opens a serial port or pseudo-terminal and locks it, 8N1.
 * @throws ToolError PORT_NOT_FOUND, PORT_PERMISSION, PORT_BUSY, PORT_FAILED
 */
export async function openSerial(path: string, baud: number): Promise<Transport> {
  // Loaded only here: whoever needs no port needs no native module.
  const { SerialPort: Port } = await import('serialport');
  const port = new Port({ path, baudRate: baud, autoOpen: false, lock: true });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(openError(path, error))));
  });
  return new SerialTransport(path, port);
}

class SerialTransport implements Transport {
  private listener: TransportListener | null = null;
  private closing: Promise<void> | null = null;
  private isClosed = false;

  constructor(
    readonly name: string,
    private readonly port: SerialPort,
  ) {
    port.on('close', (error: Error | null) => this.closed(error));
    port.on('error', (error: Error) => this.closed(error));
  }

  listen(listener: TransportListener): void {
    this.listener = listener;
    this.port.on('data', (bytes: Buffer) => listener.data(bytes));
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.isClosed || this.closing !== null) return;
    await new Promise<void>((resolve) => {
      // The next write waits for this one alone; `drain` would wait for the line to fall silent.
      this.port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), () => resolve());
    });
  }

  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      if (!this.port.isOpen) return resolve();
      this.port.close(() => resolve());
    });
    return this.closing;
  }

  private closed(error: Error | null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const asked = this.closing !== null;
    this.listener?.closed(asked ? null : lostError(this.name, error));
    if (!asked) void this.close();
  }
}

function lostError(path: string, cause: Error | null): ToolError {
  const why = cause === null ? '' : `: ${cause.message}`;
  return new ToolError('PORT_CLOSED', `${path} went away while in use${why}.`, { context: { port: path }, cause });
}

/** serialport tells errors apart only by the words of the operating system. */
function openError(path: string, cause: Error): ToolError {
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
  return new ToolError('PORT_FAILED', `${path} cannot be opened: ${cause.message}.`, { context, cause });
}

function permissionError(path: string, cause: Error): ToolError {
  const group = groupOf(path);
  const user = process.env['USER'] ?? '$USER';
  const options = group === null ? {} : { hint: `sudo usermod -aG ${group} ${user}, then log in again.` };
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
