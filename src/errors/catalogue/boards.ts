import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const boardsErrors = {
  BOARD_UNKNOWN: {
    title: 'There is no board of that name',
    explanation:
      'A board is known by the name of its descriptor: boards/<id>.json inside grapes-mcu, or in a folder of your own.',
    hint: 'Run `grapes boards list` to see the boards.',
    exitCode: EXIT.config,
  },
  CHIP_UNKNOWN: {
    title: 'A board names a chip that has no descriptor',
    explanation: 'Each board descriptor names a chip; the chip must stand as chips/<id>.json in the same folder tree.',
    hint: 'Correct "chip" in the board descriptor or add the chip (docs/boards.md).',
    exitCode: EXIT.config,
  },
  BOARD_INVALID: {
    title: 'A board or chip descriptor breaks the schema',
    explanation:
      'The file is not JSON, has a key that does not exist, lacks one that must be there, or holds a value of the wrong kind.',
    hint: 'Compare it with boards/schema/board.schema.json and chip.schema.json (docs/boards.md).',
    exitCode: EXIT.config,
  },
  BOARD_CHECK_FAILED: {
    title: 'A board descriptor is well-formed but cannot be right',
    explanation:
      'After the schema come checks on meaning: memory regions must not overlap, erase units must divide them, the HAL family must exist, and so on. The check that failed is named in the message.',
    hint: 'Correct the numbers in the descriptor; docs/boards.md explains each check.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
