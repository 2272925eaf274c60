import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Board } from '../boards/descriptor.js';
import type { Device } from '../device/device.js';
import { requireModel } from '../device/require-model.js';
import { openDevice } from '../device/session.js';
import { openSerial } from '../device/transport/serial.js';
import { ToolError } from '../errors/tool-error.js';
import type { FirmwareImage } from '../ir/firmware-image.js';
import { sha256Hex } from '../util/digest.js';
import { startOnEmulator, type StartedBoard } from './methods/emulator.js';
import { planFlash, type FlashPlan } from './plan.js';

export interface FlashOptions {
  /** Serial port of a board that runs already; without it the board's own flash method is used. */
  readonly port?: string | null | undefined;
  /** Let an emulator count instructions, where it can. Default true. */
  readonly countInstructions?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface FlashedBoard {
  readonly device: Device;
  readonly portPath: string;
  readonly method: FlashPlan['method'];
  /** Closes the session and ends what was started for it. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Gets the image onto the board, greets it, and makes sure that it is the board and the model that were meant.
 * Nothing that was started is left behind when this fails or is aborted.
 * @param imageDir Folder that holds `image.elfFile`
 * @throws ToolError FLASH_*, FIRMWARE_MODEL_MISMATCH, FIRMWARE_BOARD_MISMATCH, EMULATOR_*, PORT_*, DEVICE_*, INTERRUPTED
 */
export async function flash(
  image: FirmwareImage,
  imageDir: string,
  board: Board,
  options: FlashOptions = {},
): Promise<FlashedBoard> {
  const { signal } = options;
  const plan = planFlash(image, board, options.port ?? null);
  throwIfAborted(signal, board);
  try {
    const started = await start(plan, image, imageDir, board, options);
    return await greet(started, plan, image, board, signal);
  } catch (error) {
    // Whatever the abort broke on its way, being stopped is what happened.
    throwIfAborted(signal, board);
    throw error;
  }
}

/**
 * Longest silence on a request. On silicon the longest inference takes seconds; an emulator, whose end is told apart,
 * is as slow as the machine it shares with other work.
 */
const SILENCE_MS = { silicon: 20_000, emulated: 180_000 } as const;

/** Opens the session. Ends the board when this fails or is aborted. */
async function greet(
  started: StartedBoard,
  plan: FlashPlan,
  image: FirmwareImage,
  board: Board,
  signal: AbortSignal | undefined,
): Promise<FlashedBoard> {
  const cut = (): void => void started.transport.close();
  signal?.addEventListener('abort', cut, { once: true });
  try {
    throwIfAborted(signal, board);
    const device = await openDevice(started.transport, {
      timeoutMs: SILENCE_MS[plan.method === 'running' ? 'silicon' : 'emulated'],
    });
    try {
      requireModel(device.info, image.modelDigest, board.id);
    } catch (error) {
      await device.close();
      throw error;
    }
    return { device, portPath: started.portPath, method: plan.method, stop: () => stop(device, started) };
  } catch (error) {
    await started.transport.close();
    await started.stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cut);
  }
}

async function stop(device: Device, started: StartedBoard): Promise<void> {
  try {
    await device.close();
  } finally {
    await started.stop();
  }
}

async function start(
  plan: FlashPlan,
  image: FirmwareImage,
  imageDir: string,
  board: Board,
  options: FlashOptions,
): Promise<StartedBoard> {
  if (plan.method === 'running') {
    const transport = await openSerial(plan.port, plan.baud);
    return { transport, portPath: plan.port, stop: () => transport.close() };
  }
  const elfPath = resolve(imageDir, plan.elfFile);
  requireImage(elfPath, image);
  const { countInstructions = true, signal } = options;
  return startOnEmulator(board, elfPath, { countInstructions, signal });
}

/** What is run must be what was built: an image exchanged by hand would make every number about it wrong. */
function requireImage(path: string, image: FirmwareImage): void {
  let digest: string | null = null;
  try {
    digest = sha256Hex(readFileSync(path));
  } catch {
    // A file that cannot be read has no digest.
  }
  if (digest === image.elfDigest) return;
  const why =
    digest === null ? 'cannot be read' : `has digest ${digest.slice(0, 12)}…, not ${image.elfDigest.slice(0, 12)}…`;
  throw new ToolError('FLASH_IMAGE_DAMAGED', `The image ${path} ${why}.`, {
    context: { file: path, expected: image.elfDigest, found: digest },
  });
}

function throwIfAborted(signal: AbortSignal | undefined, board: Board): void {
  if (signal?.aborted === true) {
    throw new ToolError('INTERRUPTED', `Stopped while "${board.id}" was being started.`, {
      context: { board: board.id },
    });
  }
}
