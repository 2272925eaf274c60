import type { SerialPort } from 'serialport';
import { ToolError } from '../../errors/tool-error.js';
import { openError } from './port-errors.js';
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
