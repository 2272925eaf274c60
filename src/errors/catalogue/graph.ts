import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const graphErrors = {
  GRAPH_INVALID: {
    title: 'A model breaks a rule of the intermediate representation',
    explanation:
      'Every graph is checked before it is used: ids, shapes, data types, order of execution, quantization parameters, and that no accumulator can leave 32 bits. The context names the check, the op and the tensor.',
    hint: 'Make the model again with `grapes train` and `grapes quantize`; if it was made by this version, report a defect.',
    exitCode: EXIT.config,
  },
  GRAPH_CORRUPT: {
    title: 'A saved model cannot be read back',
    explanation:
      'The JSON does not parse, was written by another format version, or the binary file beside it differs.',
    hint: 'Delete the run folder named in the message and run the command again.',
    exitCode: EXIT.config,
  },
  INPUT_MISMATCH: {
    title: 'A sample does not fit the model',
    explanation:
      'The number of values in a sample is not the number of inputs of the network, or its label is no class of it.',
    hint: 'Use the data set the model was trained on, or train again.',
    exitCode: EXIT.config,
  },
  INPUT_NON_FINITE: {
    title: 'A sample holds NaN or infinity',
    explanation: 'A value that is not a finite number has no int8 equivalent.',
    hint: 'Clean the data: the message gives the position of the value.',
    exitCode: EXIT.config,
  },
  LEARN_UNSUPPORTED: {
    title: 'This model cannot learn on a device',
    explanation:
      'On-device learning needs a chain of dense layers whose last one gives logits of classes, without an activation.',
    hint: 'Give the last layer of the model the activation `none`, or leave out the `learn` section.',
    exitCode: EXIT.config,
  },
  LEARN_LAYERS_OUT_OF_RANGE: {
    title: 'More layers to train than the model has, or none',
    explanation: 'On-device learning trains the last k layers, with k from 1 to the number of dense layers, or `all`.',
    hint: 'Set learn.layers in grapes.yaml to `all` or to a number within the model.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
