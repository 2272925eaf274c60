import { ToolError } from '../errors/tool-error.js';
import type { DeviceInfo } from './device.js';

/**
 * Makes sure that the device carries this model and is this board.
 * @throws ToolError FIRMWARE_BOARD_MISMATCH, FIRMWARE_MODEL_MISMATCH
 */
export function requireModel(info: DeviceInfo, modelDigest: string, boardId: string): void {
  if (info.boardId !== boardId) {
    throw new ToolError(
      'FIRMWARE_BOARD_MISMATCH',
      `The firmware that answered was built for the board "${info.boardId}", not for "${boardId}".`,
      { context: { expected: boardId, found: info.boardId } },
    );
  }
  if (info.modelDigest !== modelDigest) {
    const short = (digest: string): string => digest.slice(0, 12);
    throw new ToolError(
      'FIRMWARE_MODEL_MISMATCH',
      `The board "${info.boardId}" carries the model "${info.modelName}" with digest ${short(info.modelDigest)}…, but this project has ${short(modelDigest)}….`,
      { context: { expected: modelDigest, found: info.modelDigest, model: info.modelName, board: info.boardId } },
    );
  }
}
