import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const verifyErrors = {
  VERIFY_MISMATCH: {
    title: 'The device computes something else than the reference',
    explanation:
      'Every output byte of the device is compared with the integer reference. At least one differed, so the firmware, the compiler or the memory of the device does not follow docs/numerics.md. The message names the first sample, layer and element that differ.',
    hint: 'Run `grapes verify --board host`: if that passes, the fault lies in the board’s compiler flags, kernels or memory; if it fails too, in the generated code.',
    exitCode: EXIT.verifyFailed,
  },
  VERIFY_NO_SAMPLES: {
    title: 'There is nothing to verify with',
    explanation: 'Verification needs at least one test sample whose size fits the model’s input.',
    hint: 'Check `data:` and `verify.samples` in grapes.yaml.',
    exitCode: EXIT.config,
  },
  LEARN_MISMATCH: {
    title: 'The device learns something else than the reference',
    explanation:
      'The host computes every learning step as well, and the two must agree in every bit of the weights, biases and node sums. They did not. The message names the step, layer and element, with the bits on both sides.',
    hint: 'Run `grapes learn --board host`: if that passes, look at the board’s floating point: compiler flags (-ffp-contract=off), subnormals flushed to zero, or memory.',
    exitCode: EXIT.verifyFailed,
  },
  LEARN_NOT_BUILT_IN: {
    title: 'The firmware on the device does not learn',
    explanation: 'The firmware was exported without a learning routine, or it trains another number of values.',
    hint: 'Add a `learn:` section to grapes.yaml and run `grapes deploy` again.',
    exitCode: EXIT.protocol,
  },
  LEARN_NO_SAMPLES: {
    title: 'There is nothing to learn from',
    explanation: 'A learning session needs at least one step and at least one held-out sample.',
    hint: 'Check `data:` and `learn.run` in grapes.yaml.',
    exitCode: EXIT.config,
  },
  DEVICE_LOST_ANSWERS: {
    title: 'The device answered fewer samples than it was sent',
    explanation: 'A comparison over fewer samples than asked for would pass without having looked at the rest.',
    hint: 'Run the same command again; if it stays, report it with the board and the command you typed.',
    exitCode: EXIT.protocol,
  },
} as const satisfies Record<string, ErrorEntry>;
