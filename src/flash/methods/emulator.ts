import type { Board } from '../../boards/descriptor.js';
import { openSerial } from '../../device/transport/serial.js';
import { startEmulator, within, type RunningBoard } from '../../device/transport/emulator.js';
import type { Transport, TransportListener } from '../../device/transport/transport.js';

/** How long the news of a process that ended may come after its port went away. */
const NEWS_MS = 1000;

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
    const wire = await openSerial(running.portPath, board.serial.baud);
    return { transport: new BoardTransport(wire, running), portPath: running.portPath, stop: () => running.stop() };
  } catch (error) {
    const ended = await within(NEWS_MS, running.ended);
    await running.stop();
    throw ended ?? error;
  }
}

/** The serial port of a process: when it goes away because the process ended, that is what is told. */
class BoardTransport implements Transport {
  readonly name: string;

  constructor(
    private readonly wire: Transport,
    private readonly board: RunningBoard,
  ) {
    this.name = wire.name;
  }

  listen(listener: TransportListener): void {
    let told = false;
    const tell: TransportListener['closed'] = (error) => {
      if (told) return;
      told = true;
      listener.closed(error);
    };
    const { ended } = this.board;
    this.wire.listen({
      data: (bytes) => listener.data(bytes),
      closed: (error) => {
        if (error === null) tell(null);
        else void within(NEWS_MS, ended).then((why) => tell(why ?? error));
      },
    });
    // A port that somebody else holds open as well does not go away with the process.
    void ended.then((why) => {
      if (why !== null) tell(why);
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.wire.write(bytes);
  }

  close(): Promise<void> {
    return this.wire.close();
  }
}
