import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const flashErrors = {
  FLASH_NO_METHOD: {
    title: 'There is no way to get the firmware onto this board',
    explanation:
      'A board descriptor lists flash methods. This board lists none that works here: it has no emulator, and no port was named where a board with this firmware answers.',
    hint: "Program the image with the vendor's tool, then name the port of the running board with --port.",
    exitCode: EXIT.flash,
  },
  FLASH_WRONG_BOARD: {
    title: 'The image was built for another board',
    explanation: 'A firmware image belongs to one board: memory map, start-up code and serial port are its own.',
    hint: 'Build for this board: `grapes build --board BOARD`.',
    exitCode: EXIT.flash,
  },
  FLASH_IMAGE_DAMAGED: {
    title: 'The image file is missing or not the one that was built',
    explanation: 'The SHA-256 of the file differs from the one noted when it was linked.',
    hint: 'Build again with `grapes build`.',
    exitCode: EXIT.flash,
  },
} as const satisfies Record<string, ErrorEntry>;
