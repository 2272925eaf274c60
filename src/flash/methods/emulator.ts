import type { Board } from '../../boards/descriptor.js';
import { openSerial } from '../../device/transport/serial.js';
import { startEmulator } from '../../device/transport/emulator.js';
import type { Transport } from '../../device/transport/transport.js';

export interface StartedBoard {
  readonly transport: Transport;
  readonly portPath: string;
  /** Ends the board; whoever opened a session on the transport closes that first. */
  stop(): Promise<void>;
}

/** Starts the board's emulator (or the image itself as a process) with the image and opens its serial port. */
export async function startOnEmulator(
  board: Board,
  elfPath: string,
  options: { readonly countInstructions: boolean; readonly signal?: AbortSignal | undefined },
): Promise<StartedBoard> {
  const running = await startEmulator(board, elfPath, options);
  try {
    const transport = await openSerial(running.portPath, board.serial.baud);
    return { transport, portPath: running.portPath, stop: () => running.stop() };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
