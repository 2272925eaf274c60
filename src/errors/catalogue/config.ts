import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const configErrors = {
  CONFIG_NOT_FOUND: {
    title: 'There is no project file',
    explanation: 'Most commands work on a project: a folder with a `grapes.yaml`. None was found there, nor above.',
    hint: 'Run `grapes init` to make one, or name the project folder with -C DIR.',
    exitCode: EXIT.config,
  },
  CONFIG_UNREADABLE: {
    title: 'The project file could not be read',
    explanation: '`grapes.yaml` is there, but the system refused to read it: it is a folder, or permission is missing.',
    hint: 'Check what it is with `ls -l grapes.yaml`.',
    exitCode: EXIT.config,
  },
  CONFIG_SYNTAX: {
    title: 'The project file is not valid YAML',
    explanation: 'Often a wrong indentation, a tab, or a missing quote or bracket a little before the place named.',
    hint: 'Correct the place that the message names (file:line:column).',
    exitCode: EXIT.config,
  },
  CONFIG_DUPLICATE_KEY: {
    title: 'A key appears twice in one section',
    explanation: 'YAML would let one of them win silently, so it is refused.',
    hint: 'Keep one of the two.',
    exitCode: EXIT.config,
  },
  CONFIG_UNKNOWN_KEY: {
    title: 'A key is not known',
    explanation: 'Unknown keys are errors, so that a misspelt option is never ignored silently.',
    hint: 'Correct the spelling. Editors complete the keys from the schema named in the first line of the file that `grapes init` writes.',
    exitCode: EXIT.config,
  },
  CONFIG_MISSING_KEY: {
    title: 'A required key is missing',
    explanation: 'schemaVersion, name, data and model have no defaults, and some kinds of data need their files named.',
    hint: 'Add the key; `grapes init` writes an example to copy from.',
    exitCode: EXIT.config,
  },
  CONFIG_TYPE: {
    title: 'A value has the wrong type',
    explanation: 'For example text where a number belongs, or a list where a section belongs.',
    hint: 'Write a value of the kind that the message asks for.',
    exitCode: EXIT.config,
  },
  CONFIG_NO_LEARN: {
    title: 'The project has no learn: section',
    explanation:
      'Without it the exported firmware only infers, and there is no routine that could learn on the device.',
    hint: 'Add `learn: {}` to grapes.yaml for the defaults, and run the command again.',
    exitCode: EXIT.config,
  },
  CONFIG_VALUE: {
    title: 'A value is not allowed',
    explanation:
      'The type is right, but the value is out of range, not one of the choices, or at odds with another one.',
    hint: 'Choose a value that the message allows.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
