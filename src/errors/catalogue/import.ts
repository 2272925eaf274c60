import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const importErrors = {
  IMPORT_INVALID: {
    title: 'The file is not a layers model',
    explanation:
      'A layers model is what `model.save()` of TensorFlow.js or tensorflowjs_converter write: model.json with the layers, ' +
      'and one or more .bin files with the weights beside it. The message says what is missing or damaged.',
    hint: 'Save or convert the model again, and keep model.json and its .bin files in one folder.',
    exitCode: EXIT.config,
  },
  IMPORT_UNSUPPORTED_LAYER: {
    title: 'The model has layers that grapes-mcu does not know',
    explanation:
      'Not every layer of Keras, and not every setting of those that are known, has a counterpart here. All of them are ' +
      'listed by name, with the reason.',
    hint: 'Replace these layers and save the model again.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
