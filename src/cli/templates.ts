export interface TemplateValues {
  readonly name: string;
  readonly board: string;
  readonly seed: number;
  /** Where editors find the schema, relative to grapes.yaml. */
  readonly schemaPath: string;
}

/** The grapes.yaml files that `grapes init --template NAME` starts from. */
export const TEMPLATES: Readonly<Record<string, (values: TemplateValues) => string>> = {
  digits: (v) => `${head(v)}
data:
  source: synthetic-digits # drawn by the tool itself: nothing to download
  size: 14

model:
  layers:
    - { units: 32, activation: relu }
    - { units: 10 } # the last layer: one logit a class

train:
  epochs: 20
  batchSize: 32
  optimizer: { type: sgd, learningRate: 0.05 }
  grapes: { mode: propagating }

# The device learns from a stream of rotated digits: \`grapes learn\`. Write \`learn: null\` for a device that only infers.
learn:
  layers: all
  learningRate: 0.01
  run:
    steps: 1000
    drift: { kind: rotate, degrees: 35 }

verify:
  samples: 1000
`,
  mnist: (v) => `${head(v)}
data:
  source: mnist # first: grapes data get mnist

model:
  layers:
    - { units: 128, activation: relu, dropout: 0.1 }
    - { units: 64, activation: relu, dropout: 0.1 }
    - { units: 10 } # the last layer: one logit a class

train:
  epochs: 12
  batchSize: 32
  optimizer: { type: sgd, learningRate: 0.1 }
  learningRateDecay: 0.85
  grapes: { mode: propagating }
  validationFraction: 0 # every sample trains

# The device learns from a stream of rotated digits: \`grapes learn\`. Write \`learn: null\` for a device that only infers.
learn:
  layers: all
  learningRate: 0.003
  run:
    steps: 2000
    drift: { kind: rotate, degrees: 30 }

verify:
  samples: all # all 10,000 test pictures through the device
`,
  mlp: (v) => `${head(v)}
data:
  source: synthetic-digits # drawn by the tool itself: nothing to download

model:
  layers:
    - { units: 64, dropout: 0.1 } # hidden layers have relu, unless \`activation\` says otherwise
    - { units: 32 }
    - { units: 10 } # the last layer: one logit a class

train:
  epochs: 20
  batchSize: 32
  optimizer: { type: momentum, learningRate: 0.02, momentum: 0.9 }
  schedule: { type: cosine } # or step, exponential, constant
  grapes: { mode: propagating } # or local, off
  earlyStopPatience: 6
`,
  cnn: (v) => `${head(v)}
# All of it runs on a device in integers; docs/training.md says which layers do not.
data:
  source: synthetic-digits # drawn by the tool itself: nothing to download

model:
  layers:
    - { type: conv_2d, filters: 8 }
    - { type: batch_norm } # has the relu of the layer before it, and folds into it when quantized
    - { type: max_pool_2d }
    - { type: depthwise_conv_2d }
    - { type: conv_2d, filters: 16, kernel: 1 }
    - { type: max_pool_2d }
    - { units: 10 } # the last layer: one logit a class

train:
  epochs: 15
  batchSize: 32
  optimizer: { type: adam, learningRate: 0.005 }
  schedule: { type: cosine, warmupEpochs: 1 }
  grapes: { mode: propagating }
`,
};

function head({ name, board, seed, schemaPath }: TemplateValues): string {
  return `# yaml-language-server: $schema=${schemaPath}
schemaVersion: 1
name: ${name}
seed: ${seed}
board: ${board}
`;
}
