import type { Board } from '../boards/descriptor.js';
import { ToolError } from '../errors/tool-error.js';
import type { FirmwareImage } from '../ir/firmware-image.js';

/** How an image gets to a board. Pure data: planned first, carried out by `flash`. */
export type FlashPlan =
  /** The image is handed to the board's emulator, or is itself the process that stands for the board. */
  | { readonly method: 'emulator'; readonly elfFile: string }
  /** Nothing is programmed: a board that runs already is greeted, and must carry this very model. */
  | { readonly method: 'running'; readonly port: string; readonly baud: number };

/**
 * Chooses the method. A named port means a board that runs already.
 * @throws ToolError FLASH_WRONG_BOARD, FLASH_NO_METHOD
 */
export function planFlash(
  image: Pick<FirmwareImage, 'boardId' | 'elfFile'>,
  board: Board,
  port: string | null,
): FlashPlan {
  if (image.boardId !== board.id) {
    throw new ToolError('FLASH_WRONG_BOARD', `The image was built for "${image.boardId}", not for "${board.id}".`, {
      hint: `Build for this board: grapes build --board ${board.id}`,
      context: { image: image.boardId, board: board.id },
    });
  }
  if (port !== null) return { method: 'running', port, baud: board.serial.baud };
  if (board.flashMethods.includes('emulator')) return { method: 'emulator', elfFile: image.elfFile };
  throw new ToolError('FLASH_NO_METHOD', `The board "${board.id}" has no flash method that works here.`, {
    context: { board: board.id, methods: board.flashMethods },
  });
}
