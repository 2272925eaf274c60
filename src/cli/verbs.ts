import type { CommandHandler } from './command.js';
import { integerAtLeast, oneOf, seconds } from './option-parsers.js';
import { SAMPLES } from './with-samples.js';
import { TRAINING_OPTIONS } from './with-training.js';

export interface ArgumentSpec {
  /** commander's notation: `<required>`, `[optional]`. */
  readonly name: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly parse?: (value: string) => unknown;
}

export interface VerbSpec {
  /** One word, or two for a verb in a group: `data get`. */
  readonly name: string;
  readonly summary: string;
  /** A paragraph for `--help` and docs/cli.md. */
  readonly description?: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** Loaded only when the verb runs, so that `--help` is quick. */
  readonly load: () => Promise<{ readonly run: CommandHandler }>;
}

export const GROUPS: Readonly<Record<string, string>> = {
  data: 'Fetch public data sets, or bring in your own files',
  boards: 'The boards that grapes-mcu knows',
  demo: 'The whole path on an example',
};

const FORCE: OptionSpec = { flags: '--force', description: 'run this stage again even if it is up to date' };
const RESUME: OptionSpec = { flags: '--resume', description: 'go on from the checkpoint of an interrupted training' };
const STEPS: OptionSpec = {
  flags: '--steps <n>',
  description: 'learning steps, instead of learn.run.steps of the project',
  parse: integerAtLeast(1),
};

export const VERBS: readonly VerbSpec[] = [
  {
    name: 'init',
    summary: 'Start a project: writes grapes.yaml',
    description:
      'Writes grapes.yaml, its JSON Schema for editors, and .gitignore into the project folder (-C DIR, else the working folder). Files that are there already are kept unless --yes is given.',
    args: [],
    options: [
      { flags: '--template <name>', description: 'what to start from: digits (default), mnist, mlp or cnn' },
      { flags: '--name <name>', description: 'name of the model, in snake_case' },
    ],
    load: () => import('./commands/init.js'),
  },
  {
    name: 'data get',
    summary: 'Fetch a public data set into the cache',
    description:
      'Files come from a pinned list of addresses, each checked by SHA-256, and an interrupted download goes on where it stopped. With --from DIR, files at hand are checked and copied instead, and checked even where the cache has them already; data sets without a lasting public address can be brought in only so.',
    args: [
      {
        name: '<dataset>',
        description: 'mnist, fashion-mnist, watch-har, magic-wand-digits, speech-commands-subset or fan-vibration',
      },
    ],
    options: [{ flags: '--from <dir>', description: 'take the files from this folder instead of the network' }],
    load: () => import('./commands/data-get.js'),
  },
  {
    name: 'data import',
    summary: 'Bring CSV, NPZ or IDX files into the project',
    description:
      'Reads the files completely, reports shape, classes and the first mistake by line or offset, copies them into data/ and prints the data: section for grapes.yaml, or writes it there with --yes.',
    args: [
      {
        name: '<files...>',
        description:
          'one .csv file, or two (training, testing), one .npz file (arrays x_train, y_train, x_test, y_test), or four IDX files: training images and labels, test images and labels (.gz allowed)',
      },
    ],
    options: [{ flags: '--label-column <name>', description: 'label column of a CSV file; default: the last one' }],
    load: () => import('./commands/data-import.js'),
  },
  {
    name: 'import',
    summary: 'Start a project around a .tflite model, int8 or float',
    description:
      'Reads the model completely, refuses what has no counterpart by name, and writes grapes.yaml with a copy of the file beside it. From then on plan, export, build, deploy and verify work as in any project; the outputs are those of TFLite Micro, byte for byte. There is no data set: verify draws its inputs from the seed and sends the extremes first. A float model becomes a float network with its weights: with `data:` filled in it is quantized, or trained further.',
    args: [{ name: '<file>', description: 'a .tflite file of full integer quantization, or of float weights' }],
    options: [
      { flags: '--out <dir>', description: "the project's folder; default: -C DIR, else the model's name" },
      { flags: '--name <name>', description: "name of the model, in snake_case; default: the file's" },
      {
        flags: '--rounding <name>',
        description: 'tflite (default), or single: cheaper on the device, and no longer the bytes of TFLite',
        parse: oneOf('tflite', 'single'),
      },
    ],
    load: () => import('./commands/import.js'),
  },
  {
    name: 'train',
    summary: 'Train the float network',
    description:
      'On a terminal it draws loss, accuracy and the GRAPES factors of each layer while it trains; in the end it names `training.html`, a page with the curves of every epoch. Another engine or --fast is another run; to keep it for the commands that follow, write it in grapes.yaml. The number of threads changes no bit of the result.',
    args: [],
    options: [...TRAINING_OPTIONS, RESUME, FORCE],
    load: () => import('./commands/train.js'),
  },
  {
    name: 'evaluate',
    summary: 'Accuracy of the float and the int8 network on the test samples',
    description: 'Of the float network alone, if a layer has no integer form yet.',
    args: [],
    options: [...TRAINING_OPTIONS],
    load: () => import('./commands/evaluate.js'),
  },
  {
    name: 'quantize',
    summary: 'Convert the network to 8-bit integers',
    args: [],
    options: [FORCE],
    load: () => import('./commands/quantize.js'),
  },
  {
    name: 'plan',
    summary: 'Flash, RAM and stack that the model needs',
    description:
      'Without a compiler: exact arena, tensor and constant bytes, code as an estimate. With one: flash and static RAM from the linked firmware and the stack bound from the call graph. Each number says where it comes from. A budget that is exceeded ends with exit code 10 and names the largest tensors: before training, where weights or live activations alone exceed it.',
    args: [],
    options: [
      {
        flags: '--budget <limits>',
        description: 'upper limits in bytes, for example flash=64k,ram=16k,stack=2k; instead of budget: in the project',
      },
      { flags: '--no-compile', description: 'only what can be known without a compiler' },
      FORCE,
    ],
    load: () => import('./commands/plan.js'),
  },
  {
    name: 'export',
    summary: 'Write the model as C99, ready to build alone, as .tflite or as a layers model',
    args: [],
    options: [
      {
        flags: '--format <name>',
        description:
          'c (default); tflite: the int8 network as a .tflite file; tfjs: the float network as a layers model for TensorFlow.js',
        parse: oneOf('c', 'tflite', 'tfjs'),
      },
      {
        flags: '--float',
        description:
          'with --format tflite: the trained network in float32, as NAME_float32.tflite, instead of the int8 one',
      },
      {
        flags: '--package <kind>',
        description:
          'for your own firmware: c (default), the plain directory; cmake, a folder for add_subdirectory; arduino, platformio: a library with an example',
        parse: oneOf('c', 'cmake', 'arduino', 'platformio'),
      },
      { flags: '--out <dir>', description: 'also copy the files there' },
      FORCE,
    ],
    load: () => import('./commands/export.js'),
  },
  {
    name: 'build',
    summary: 'Compile and link the firmware for the board',
    args: [],
    options: [FORCE],
    load: () => import('./commands/build.js'),
  },
  {
    name: 'flash',
    summary: 'Put the firmware on the board and check that it answers',
    description:
      'A virtual board is started, greeted and ended again; on a port, the firmware that runs there is checked by its model digest.',
    args: [],
    options: [],
    load: () => import('./commands/flash.js'),
  },
  {
    name: 'monitor',
    summary: 'Watch the board: loss, accuracy, responsibility, text lines',
    description:
      'A virtual board is started and given a learning stream; on a port, the monitor listens. Live view on a terminal, plain lines elsewhere.',
    args: [],
    options: [
      { flags: '--record <file>', description: 'append every event to a .jsonl file' },
      { flags: '--replay <file>', description: 'show a recording instead of a board' },
      {
        flags: '--expect <regex>',
        description:
          'end with exit code 0 when a line matches: device text, or an event such as `step 12 loss 0.5120 correct`',
      },
      { flags: '--fail <regex>', description: 'end with exit code 11 when such a line matches' },
      {
        flags: '--timeout <seconds>',
        description: 'end after so long: exit code 42 with --expect, else 0',
        parse: seconds,
      },
      STEPS,
    ],
    load: () => import('./commands/monitor.js'),
  },
  {
    name: 'verify',
    summary: 'Compare the device with the reference, byte by byte',
    description:
      'Streams test samples through the board and compares every output byte with the integer reference. The first difference is located by layer and element; exit code 11.',
    args: [],
    options: [SAMPLES, FORCE],
    load: () => import('./commands/verify.js'),
  },
  {
    name: 'learn',
    summary: 'Let the device learn from a stream, each step checked against the host',
    args: [],
    options: [STEPS, FORCE],
    load: () => import('./commands/learn.js'),
  },
  {
    name: 'deploy',
    summary: 'Everything up to verify: train, quantize, plan, export, build, flash, verify',
    args: [],
    options: [SAMPLES, ...TRAINING_OPTIONS, RESUME],
    load: () => import('./commands/deploy.js'),
  },
  {
    name: 'report',
    summary: 'One page on the project: accuracy, memory, quantization, training, what the board said',
    description:
      'An HTML file without scripts. Network and memory are brought up to date; of the board it shows the last `verify` and `learn` with this very firmware, and asks it nothing. `deploy` writes the same page.',
    args: [],
    options: [{ flags: '--out <file>', description: 'also copy the page there' }],
    load: () => import('./commands/report.js'),
  },
  {
    name: 'boards list',
    summary: 'List the boards',
    description: 'The built-in ones, and those of `boards/` beside grapes.yaml, which come first.',
    args: [],
    options: [],
    load: () => import('./commands/boards-list.js'),
  },
  {
    name: 'boards show',
    summary: 'Show a board: chip, memory, compiler, emulator',
    args: [{ name: '<board>', description: 'board id' }],
    options: [],
    load: () => import('./commands/boards-show.js'),
  },
  {
    name: 'demo digits',
    summary:
      'Digits drawn by the tool: trained, deployed, verified, then learned anew on the device; with a report page',
    description:
      'Makes an ordinary project in grapes-demo-digits (or -C DIR), runs every stage on a virtual board, lets the device learn rotated digits, and writes report.html. Needs no download and no hardware; without a cross compiler or emulator it uses the host board and says so.',
    args: [],
    options: [],
    load: () => import('./commands/demo-digits.js'),
  },
  {
    name: 'experiment',
    summary: 'Run an experiment that tests a claim about GRAPES, with controls and paired seeds',
    description:
      'Every experiment compares plain descent, GRAPES and the layer-mean control, each at the learning rate that validation samples chose for it, and prints means, deviations and paired differences. Finished jobs stand in runs/experiments/NAME/results.jsonl, so a run that was stopped goes on where it was. `grapes experiment list` names them all; docs/experiments.md holds what came out.',
    args: [{ name: '<name>', description: 'an experiment, or `list`' }],
    options: [
      { flags: '--seeds <n>', description: 'measuring seeds, at least 2', parse: integerAtLeast(2) },
      { flags: '--workers <n>', description: 'threads; default: all cores but one', parse: integerAtLeast(1) },
      { flags: '--quick', description: 'few samples, epochs and seeds: to see that it runs' },
      { flags: '--from <dir>', description: 'take the pictures from this folder instead of the cache' },
      { flags: '--write <dir>', description: 'also write the results there, for docs/experiments.md' },
    ],
    load: () => import('./commands/experiment.js'),
  },
  {
    name: 'doctor',
    summary: 'Check this computer: Node, compilers, emulators, ports; with the remedy for what is missing',
    args: [],
    options: [],
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'explain',
    summary: 'Explain an error code',
    args: [{ name: '[code]', description: 'for example FLASH_NO_METHOD; without it, all codes are listed' }],
    options: [],
    load: () => import('./commands/explain.js'),
  },
];
