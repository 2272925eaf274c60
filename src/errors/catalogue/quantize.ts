import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const quantizeErrors = {
  QUANTIZE_UNSUPPORTED_OP: {
    title: 'The model holds an op that cannot be quantized',
    explanation: 'Only the ops listed in docs/numerics.md have an integer form. The context names the op and its kind.',
    hint: 'Replace the op in the model, or add it: see "Add an op" in CONTRIBUTING.md.',
    exitCode: EXIT.config,
  },
  QUANTIZE_UNKNOWN_LAYER: {
    title: 'quantize.layers names a layer that is not quantized',
    explanation:
      'Options of a single layer go to the integer op of its name. Batch norms, dropouts and fused activations have none.',
    hint: 'Name one of the ops that the message lists, or take the entry out.',
    exitCode: EXIT.config,
  },
  QUANTIZE_WIDTHS: {
    title: 'A layer is to have 4-bit weights and 16-bit activations',
    explanation: 'Activations of 16 bits go with weights of 8: no engine computes the other pair, and no kernel here.',
    hint: 'Give the layer in the message `weightBits: 8`, or `activationBits: 8`.',
    exitCode: EXIT.config,
  },
  QUANTIZE_NON_FINITE: {
    title: 'NaN or infinity in weights or calibration data',
    explanation:
      'A scale cannot be computed from a value that is not a finite number: training diverged or data is broken.',
    hint: 'If it is a weight, train again with a smaller learning rate; if it is data, clean the sample named in the message.',
    exitCode: EXIT.config,
  },
  QUANTIZE_EMPTY_CALIBRATION: {
    title: 'There is no sample to calibrate with',
    explanation:
      'The range of every activation is measured on training samples; with none there is nothing to measure.',
    hint: 'Set quantize.calibration.samples to at least 1 (a few hundred are usual) and check that the data set is not empty.',
    exitCode: EXIT.config,
  },
  QUANTIZE_RANGE: {
    title: 'A layer does not fit the integer arithmetic',
    explanation:
      'Its sums could leave 32 bits (38 with 16-bit activations), or its numbers are too large for a float32 scale.',
    hint: 'Use smaller weights (weight decay, a smaller learning rate) or fewer inputs for the layer in the message.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
