import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const exportErrors = {
  EXPORT_UNSUPPORTED_OP: {
    title: 'The model has an op without a C kernel',
    explanation: 'Export knows fully connected layers and lookup tables. The message names the op.',
    hint: 'Change the model in grapes.yaml so that it uses only supported layers.',
    exitCode: EXIT.config,
  },
  EXPORT_UNSUPPORTED_LAYER: {
    title: 'The model has layers that this format does not know',
    explanation:
      'A layers model of TensorFlow.js can hold what Keras has; spiking units and rate codes are not among it. A float ' +
      '.tflite file can hold no layers over time. All such ' +
      'layers are listed by name.',
    hint: 'Export the model as C, or train one without these layers.',
    exitCode: EXIT.config,
  },
  EXPORT_TFLITE_INEXPRESSIBLE: {
    title: 'The network has integers that no .tflite file can hold',
    explanation:
      'A .tflite file holds scales, zero points and activations; its readers make multipliers, shifts, clamps and tables of ' +
      'them by fixed rules. The file that export writes is read back, and these ops came out otherwise than they went in, or ' +
      'do not keep the operator that they come from: slices, and tables made of a constant.',
    hint: 'Export the model as C, or train one without the layers that the message names.',
    exitCode: EXIT.config,
  },
  EXPORT_BAD_NAME: {
    title: "The model's name cannot prefix C symbols",
    explanation: 'The name becomes the prefix of every generated function and array, so it has to be a C identifier.',
    hint: 'Choose a name of lower-case letters, digits and underscores in grapes.yaml.',
    exitCode: EXIT.config,
  },
  EXPORT_TENSOR_TOO_LARGE: {
    title: 'A layer is too large for the kernels',
    explanation: 'The kernels count elements with 16 bits: no dimension, stride, dilation or padding may exceed 65535.',
    hint: 'Reduce the input size or the number of units.',
    exitCode: EXIT.doesNotFit,
  },
  EXPORT_MISSING_SOURCE: {
    title: 'A C source that the export copies is not there',
    explanation:
      "The generated folder contains copies of the kernel headers it uses. One of them was missing among grapes-mcu's own files.",
    hint: 'Install grapes-mcu again, or in a checkout run `git status` and restore the firmware folder.',
    exitCode: EXIT.unexpected,
  },
} as const satisfies Record<string, ErrorEntry>;
