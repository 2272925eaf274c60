import type { DataSource } from '../ir/options.js';
import { layerName } from '../ir/plan-network.js';
import { pathText, type ConfigPath, type ConfigProblem } from './problem.js';
import type { ProjectConfig } from './project-config.js';
import type { ConfigSource } from './source.js';

interface Finding {
  readonly path: ConfigPath;
  readonly message: string;
}

type Check = (config: ProjectConfig) => Finding[];

const C_KEYWORDS = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while ' +
    'main grapes'
  ).split(' '),
);

/** The activation of these layers is inside their recurrence. */
const OVER_TIME: readonly string[] = ['simple_rnn', 'snu'];

/** Whether a sample is a grey picture [height, width]. */
function isOfPictures(data: DataSource): boolean {
  switch (data.source) {
    case 'csv':
    case 'sensor':
    case 'audio':
      return false;
    case 'npy':
    case 'npz':
      // The files say.
      return true;
    case 'image-folder':
      return data.channels === 1;
    case 'strokes':
      return data.form.kind === 'image';
    default:
      return true;
  }
}

/** What a JSON Schema cannot say. Named, so that a test can show each one firing. */
export const SEMANTIC_CHECKS: Readonly<Record<string, Check>> = {
  nameIsFreeInC: ({ name }) =>
    C_KEYWORDS.has(name)
      ? [{ path: ['name'], message: `name must not be "${name}", which C or the runtime uses` }]
      : [],

  lastLayerGivesLogits: ({ model }) => {
    const last = model.layers.length - 1;
    const layer = model.layers[last];
    if (layer === undefined) return []; // imported
    const at = (key: string): ConfigPath => ['model', 'layers', last, key];
    if (layer.type === 'dropout') {
      return [{ path: at('type'), message: 'the last layer gives logits: it cannot be a dropout layer' }];
    }
    const findings: Finding[] = [];
    // Recurrent and spiking layers have one by their definition.
    const activation = 'activation' in layer && !OVER_TIME.includes(layer.type) ? layer.activation : 'none';
    if (activation !== 'none') {
      const message = `the last layer gives logits: its activation must be "none", not "${activation}"`;
      findings.push({ path: at('activation'), message });
    }
    if (layer.type === 'dense' && layer.dropout > 0) {
      findings.push({ path: at('dropout'), message: 'the last layer cannot have dropout' });
    }
    return findings;
  },

  layerNamesDiffer: ({ model }) => {
    const names = model.layers.map((_layer, i) => layerName(model, i));
    return names.flatMap((name, i) => {
      const path = ['model', 'layers', i, 'name'];
      if (name === 'input') return [{ path, message: `"input" is the network's own input: name the layer otherwise` }];
      return names.indexOf(name) === i ? [] : [{ path, message: `layer name "${name}" is used twice` }];
    });
  },

  warmupEnds: ({ train: { schedule, epochs } }) =>
    schedule.type === 'cosine' && schedule.warmupEpochs > 0 && schedule.warmupEpochs >= epochs
      ? [
          {
            path: ['train', 'schedule', 'warmupEpochs'],
            message: `the warm-up of ${schedule.warmupEpochs} epochs never ends: train.epochs is ${epochs}`,
          },
        ]
      : [],

  noEpochsNeedWeights: ({ modelFile, imported, train: { epochs } }) =>
    epochs > 0 || modelFile?.weights === true || imported !== null
      ? []
      : [
          {
            path: ['train', 'epochs'],
            message: 'train.epochs is 0, which takes weights as they are: name a file that brings some in model.from',
          },
        ],

  learnsNoMoreLayersThanThereAre: ({ model, learn }) => {
    const dense = model.layers.filter(({ type }) => type === 'dense').length;
    if (learn === null || learn.spec.layers === 'all' || learn.spec.layers <= dense) return [];
    const message = `learn.layers is ${learn.spec.layers}, but the model has ${dense} dense layers`;
    return [{ path: ['learn', 'layers'], message }];
  },

  onlyPicturesRotate: ({ data, learn }) =>
    !isOfPictures(data) && learn?.run.drift.kind === 'rotate'
      ? [
          {
            path: ['learn', 'run', 'drift', 'kind'],
            message: `samples of source "${data.source}" are no pictures and cannot be rotated`,
          },
        ]
      : [],

  rulesNeedManifest: ({ data }) =>
    'manifest' in data && data.manifest === null
      ? (['parts', 'classes'] as const)
          .filter((key) => data[key] !== null)
          .map((key) => ({
            path: ['data', key],
            message: `data.${key} are rules about a manifest: add \`manifest: {}\``,
          }))
      : [],

  spectrumIsPossible: ({ data }) => {
    if (data.source !== 'audio') return [];
    const { kind, frameMs, bands, coefficients, lowHz, highHz } = data.features;
    const frame = Math.round((frameMs * data.sampleRateHz) / 1000);
    const wrong: [boolean, string, string][] = [
      [frame < 16 || frame > 4096, 'frameMs', `a frame must have 16 to 4096 samples, not ${frame}`],
      [frameMs > data.clipMs, 'frameMs', `a frame is longer than a clip of ${data.clipMs} ms`],
      [kind === 'mfcc' && coefficients > bands, 'coefficients', `there are no more coefficients than bands (${bands})`],
      [lowHz >= highHz, 'highHz', `highHz must be above lowHz (${lowHz})`],
      [
        highHz > data.sampleRateHz / 2,
        'highHz',
        `highHz must not pass half the sample rate (${data.sampleRateHz / 2})`,
      ],
    ];
    return wrong.filter(([is]) => is).map(([, key, message]) => ({ path: ['data', 'features', key], message }));
  },

  validationComesWhole: ({ data }) =>
    (data.source === 'npy' || data.source === 'npz') &&
    (data.validationInputs === undefined) !== (data.validationLabels === undefined)
      ? [{ path: ['data'], message: 'data.validationInputs and data.validationLabels come together' }]
      : [],

  recordingColumnsMatch: ({ data }) =>
    data.source === 'sensor' && data.labelColumn !== null && typeof data.labelColumn !== typeof data.columns[0]
      ? [
          {
            path: ['data', 'labelColumn'],
            message: 'data.labelColumn and data.columns must both be names, or both positions',
          },
        ]
      : [],
};

export function semanticProblems(config: ProjectConfig, source: ConfigSource): ConfigProblem[] {
  return Object.values(SEMANTIC_CHECKS)
    .flatMap((check) => check(config))
    .map(({ path, message }) => ({
      ...source.positionOf(path),
      path: pathText(path),
      code: 'CONFIG_VALUE',
      message,
    }));
}
