import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const deviceErrors = {
  PORT_NOT_FOUND: {
    title: 'The serial port does not exist',
    explanation:
      'No device file of that name is there. The board may be unplugged, or it came back under another name after a reset or an upload.',
    hint: 'Plug the board in and look at `ls /dev/serial/by-id/`; give the path with --port.',
    exitCode: EXIT.noDevice,
  },
  PORT_PERMISSION: {
    title: 'You may not open the serial port',
    explanation:
      'The port is there, but the operating system gives it to another user or group. On Linux serial ports usually belong to the group dialout.',
    hint: 'Add yourself to the group of the port (`sudo usermod -aG dialout $USER`), then log in again.',
    exitCode: EXIT.permission,
  },
  PORT_BUSY: {
    title: 'Another program holds the serial port',
    explanation:
      'Only one program can talk to a board at a time. A monitor, an IDE or another grapes command still has the port open.',
    hint: 'Close the other program, then try again. If the message does not name it, `sudo fuser -v PORT` does.',
    exitCode: EXIT.portBusy,
  },
  PORT_FAILED: {
    title: 'The serial port could not be opened or failed while in use',
    explanation:
      'The operating system reported an error that is neither a missing port, nor a missing permission, nor a port in use.',
    hint: 'Unplug the board and plug it in again; check that the path is a serial port.',
    exitCode: EXIT.noDevice,
  },
  PORT_CLOSED: {
    title: 'The connection to the board ended',
    explanation:
      'The serial port went away while it was in use: the board was unplugged, lost its power, or came back under another name.',
    hint: 'Check the cable and the power of the board, then run the command again.',
    exitCode: EXIT.noDevice,
  },
  DEVICE_NO_GREETING: {
    title: 'The port is open, but no grapes firmware answers',
    explanation:
      'The board was asked for its name several times and never answered. It runs another program, the line speed differs, it hangs, or the port belongs to another device.',
    hint: 'Flash the firmware with `grapes flash`, check --port and --baud, or press the reset button.',
    exitCode: EXIT.protocol,
  },
  DEVICE_TIMEOUT: {
    title: 'The board stopped answering',
    explanation:
      'A request was sent again and again without an answer. The firmware crashed or hangs, one step takes longer than the time allowed, or the cable came loose.',
    hint: 'Look at the last text from the board in the message, then run the command again; a board on a cable may need a reset before.',
    exitCode: EXIT.timeout,
  },
  DEVICE_RESET: {
    title: 'The board restarted in the middle of a session',
    explanation:
      'It no longer knows the session, so everything in its memory, the learned weights too, is back at the start. Results from before and after must not be mixed.',
    hint: 'Run the command again. If it happens again, check the power supply and whether the watchdog or a fault restarts the board.',
    exitCode: EXIT.protocol,
  },
  DEVICE_REFUSED: {
    title: 'The firmware refused a request',
    explanation:
      'The request reached the board and was understood, but does not fit the model it carries. Usually firmware and host files come from different builds.',
    hint: 'Build and flash again with `grapes deploy`.',
    exitCode: EXIT.protocol,
  },
  DEVICE_INPUT_SIZE: {
    title: 'An input has another size than the model on the board takes',
    explanation: 'The data set and the model in the firmware do not belong together.',
    hint: 'Build and flash again with `grapes deploy`.',
    exitCode: EXIT.protocol,
  },
  PROTOCOL_VIOLATION: {
    title: 'The board sent an answer that makes no sense',
    explanation: 'A frame arrived undamaged, but its content does not follow docs/protocol.md.',
    hint: 'The firmware is damaged or from another version: flash it again with `grapes flash`.',
    exitCode: EXIT.protocol,
  },
  PROTOCOL_VERSION_MISMATCH: {
    title: 'Firmware and host speak different versions of the protocol',
    explanation: 'The firmware on the board was built by another version of grapes-mcu.',
    hint: 'Flash the firmware of this version with `grapes flash`.',
    exitCode: EXIT.protocol,
  },
  FIRMWARE_MODEL_MISMATCH: {
    title: 'The board carries another model',
    explanation:
      'The digest of the model in the firmware differs from the one of this project. Comparing their results would be meaningless.',
    hint: 'Run `grapes flash` without --port, or program the image that `grapes build` names with the tool of the vendor.',
    exitCode: EXIT.protocol,
  },
  FIRMWARE_BOARD_MISMATCH: {
    title: 'The firmware was built for another board',
    explanation: 'The board that answered names itself differently from the board that was asked for.',
    hint: 'Check --board and --port.',
    exitCode: EXIT.protocol,
  },
  EMULATOR_MISSING: {
    title: 'The emulator of a virtual board is not installed',
    explanation: 'Virtual boards run in an emulator, a program of its own.',
    hint: 'Install it with `npm run setup`, or use --board host, which needs none.',
    exitCode: EXIT.toolchain,
  },
  EMULATOR_FAILED: {
    title: 'The virtual board did not start',
    explanation: 'The emulator, or the process that stands for the board, ended or did not name its serial port.',
    hint: 'Its own words are in the message. `grapes doctor` checks the installation.',
    exitCode: EXIT.noDevice,
  },
  EMULATOR_ENDED: {
    title: 'The virtual board ended while it was in use',
    explanation:
      'The emulator, or the firmware process that stands for the board, ended by itself or was ended by another program. ' +
      'The message names the signal or the exit status and its last lines. SIGKILL usually means that somebody ended it ' +
      'or that the system ran out of memory; SIGSEGV, SIGABRT and the like that it crashed.',
    hint: 'Run the command again. If it ends again, free some memory and let `grapes doctor` check the installation; a crash of the firmware itself is a defect worth reporting.',
    exitCode: EXIT.toolchain,
  },
} as const satisfies Record<string, ErrorEntry>;
