import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const importErrors = {
  IMPORT_FILE_MISSING: {
    title: 'The model file is not there',
    explanation:
      'No file of that name exists. On the command line a path is relative to the folder you are in, in grapes.yaml to the ' +
      'folder of grapes.yaml.',
    hint: 'Check the path with `ls`.',
    exitCode: EXIT.config,
  },
  IMPORT_FILE_UNREADABLE: {
    title: 'The model file could not be read',
    explanation: 'There is something of that name, but it is a folder, or reading it is not permitted.',
    hint: 'Name the model file itself, and check with `ls -l` that you may read it.',
    exitCode: EXIT.config,
  },
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
  IMPORT_TFLITE_INVALID: {
    title: 'The .tflite file is damaged',
    explanation:
      'The file does not hold together as a TFLite model: it is cut short, points outside itself, or its numbers ' +
      'contradict each other. The message says where.',
    hint: 'Copy or convert the model again; `grapes import` reads files that TFLite itself can run.',
    exitCode: EXIT.config,
  },
  IMPORT_TFLITE_UNSUPPORTED: {
    title: 'The .tflite model is of a kind that is not imported',
    explanation:
      'Imported are models with one subgraph, one input, one output, fixed shapes and a batch of one: of int8 activations and ' +
      'weights and int32 biases, what full integer quantization of the TFLite converter makes, or of float32.',
    hint: 'Convert the model again with full integer quantization and fixed shapes.',
    exitCode: EXIT.config,
  },
  IMPORT_TFLITE_UNSUPPORTED_OP: {
    title: 'The .tflite model has operators without a counterpart',
    explanation:
      'Every operator that is missing is listed with the name of the layer it stands in, why, and what can be done. ' +
      'docs/import.md has a table of those that are imported.',
    hint: 'Replace these layers in the model, or cut the model before them and do the rest in your own code.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
