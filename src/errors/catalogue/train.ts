import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const trainErrors = {
  TRAIN_DIVERGED: {
    title: 'Training diverged',
    explanation:
      'The loss became infinite, not a number, or many times that of guessing: the steps are too large. GRAPES ' +
      'multiplies the error by up to two at every hidden layer, so deep networks need a smaller learning rate with it.',
    hint: 'Lower train.optimizer.learningRate, for example to a tenth.',
    exitCode: EXIT.trainFailed,
  },
  MODEL_INVALID: {
    title: 'The layers of the model do not fit together',
    explanation:
      'Each layer takes the output of the layer before it, or of those that its `from` names. The message names the layer ' +
      'and the shapes that meet there.',
    hint: 'Change the layer, or put a reshape or flatten layer before it.',
    exitCode: EXIT.config,
  },
  TRAIN_OPTION_UNSUPPORTED: {
    title: 'These training options do not go together',
    explanation:
      "Not every rule exists for every network: the authors' variants are defined for dense networks only, and some " +
      'engines lack some options. The message names the option and what it cannot be combined with.',
    hint: 'Change the option that the message names.',
    exitCode: EXIT.config,
  },
  TRAIN_CLASS_WEIGHTS: {
    title: 'The class weights do not fit the classes',
    explanation:
      'A list of class weights has one number for each class of the dataset, in the order of its class names. A class ' +
      'of weight 0 is not learned; at least one class with samples has to be.',
    hint: 'Write one number for each class in train.classWeights, or `balanced`.',
    exitCode: EXIT.config,
  },
  TRAIN_AUGMENT_SHAPE: {
    title: 'The samples are not what train.augment can change',
    explanation:
      'Augmentation of kind `image` takes samples of the shape [height, width] or [height, width, channels], that of kind ' +
      '`signal` takes [steps] or [steps, channels]. A sample may move by less than its size.',
    hint: 'Choose the other kind in train.augment or a smaller shift, or leave it out.',
    exitCode: EXIT.config,
  },
  TRAIN_MODEL_MISMATCH: {
    title: 'The model does not fit the dataset',
    explanation: 'The last layer needs as many units as there are classes, without activation or dropout.',
    hint: 'Change model.layers in grapes.yaml.',
    exitCode: EXIT.config,
  },
  TRAIN_ENGINE_NOT_BUILT: {
    title: 'The training kernels are not built',
    explanation: 'The kernels are compiled to WebAssembly by the build; the installed package carries them.',
    hint: 'In a checkout run `npm run build`; otherwise install the package again.',
    exitCode: EXIT.toolchain,
  },
  TRAIN_TFJS_MISSING: {
    title: 'The tfjs engine is not installed',
    explanation:
      'The engine `tfjs` stands on @tensorflow/tfjs, which is not installed with grapes-mcu because of its size. For ' +
      'convolutions in reasonable time it also needs @tensorflow/tfjs-node.',
    hint:
      'Run `npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm`, in a checkout also `npm run setup:tfjs-node`; ' +
      'or set train.engine to wasm.',
    exitCode: EXIT.toolchain,
  },
  TRAIN_FAST_UNAVAILABLE: {
    title: 'No fused multiply-add in this Node',
    explanation: 'Fast training needs relaxed SIMD of WebAssembly, which Node has from version 20 on.',
    hint: 'Train without --fast, or with a newer Node.',
    exitCode: EXIT.toolchain,
  },
  TRAIN_THREADS_FAILED: {
    title: 'The threads for training have failed',
    explanation:
      'Worker threads could not be started, or one of them ended in the middle of a step: with an error, without memory, or ' +
      'killed. The step is lost, the last finished epoch is not: its checkpoint is kept.',
    hint: 'Set train.threads to 1: the result is the same, bit for bit.',
    exitCode: EXIT.toolchain,
  },
  TRAIN_CHECKPOINT_INVALID: {
    title: 'The checkpoint is damaged',
    explanation: 'The file is not a checkpoint, or it was cut off or changed after it was written.',
    hint: 'Train from the start, without --resume.',
    exitCode: EXIT.config,
  },
  TRAIN_CHECKPOINT_MISMATCH: {
    title: 'The checkpoint belongs to another run',
    explanation:
      'A run can only go on with the dataset, model and options it began with, because the result has to be the one of ' +
      'a run that was never interrupted. The number of epochs may grow, unless the learning rate follows a cosine over them.',
    hint: 'Undo the change in grapes.yaml, or train from the start, without --resume.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
