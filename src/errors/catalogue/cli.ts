import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const cliErrors = {
  INTERNAL: {
    title: 'An unexpected fault inside grapes-mcu',
    explanation: 'A defect of the tool itself, not of your project. The message carries the original error.',
    hint: 'Run again with GRAPES_DEBUG=1 for a stack trace and report it with the command you typed.',
    exitCode: EXIT.unexpected,
  },
  USAGE: {
    title: 'The command line could not be understood',
    explanation: 'An unknown command or option, or a value of the wrong kind.',
    hint: 'Run `grapes --help`, or `grapes COMMAND --help`.',
    exitCode: EXIT.usage,
  },
  INTERRUPTED: {
    title: 'Stopped by Ctrl-C',
    explanation:
      'The command was interrupted. Every artefact on disk is whole: a stage is written to a temporary place and renamed when it is complete.',
    hint: 'Run the same command again; finished stages are not repeated.',
    exitCode: EXIT.interrupted,
  },
  DISK_WRITE_FAILED: {
    title: 'A file could not be written',
    explanation: 'The disk is full, read-only, or the folder is not writable. What was there before is untouched.',
    hint: 'Free some space (or choose another place with -C DIR) and run the same command again.',
    exitCode: EXIT.unexpected,
  },
  INIT_EXISTS: {
    title: 'There is a project file already',
    explanation: '`grapes init` and `grapes import` never overwrite a grapes.yaml unless they are told to.',
    hint: 'Choose another folder with -C DIR (`grapes import`: --out DIR), or add --yes to overwrite it.',
    exitCode: EXIT.usage,
  },
  EXPLAIN_UNKNOWN_CODE: {
    title: 'There is no such error code',
    explanation: 'Codes are the words in capital letters in front of an error message.',
    hint: 'Run `grapes explain` for the list of all codes.',
    exitCode: EXIT.usage,
  },
  DOCTOR_FOUND_FAULTS: {
    title: 'Something that grapes-mcu needs is missing on this computer',
    explanation:
      '`grapes doctor` looked at Node, compilers, emulators, the cache folder and serial ports, and found faults.',
    hint: 'Follow the remedies that `grapes doctor` prints.',
    exitCode: EXIT.toolchain,
  },
  STAGE_OUT_OF_DATE: {
    title: 'A stage is out of date and --no-deps forbids running it',
    explanation:
      'Commands normally bring up to date what they need, like make. With --no-deps they only use what stands there, and refuse when its inputs or options have changed since.',
    hint: 'Run the stage that the message names first, or leave --no-deps away.',
    exitCode: EXIT.usage,
  },
  RUN_BUSY: {
    title: 'Another process is working in this run folder',
    explanation:
      'Two processes writing the same stages would spoil each other, so the first one holds a lock. It is released when that process ends, however it ends.',
    hint: 'Wait for it to finish. If that process is on another machine and gone, delete the file `.lock` in the run folder.',
    exitCode: EXIT.unexpected,
  },
} as const satisfies Record<string, ErrorEntry>;
