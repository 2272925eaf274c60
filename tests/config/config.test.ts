import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findProjectDir, loadProject, parseProject } from '../../src/config/load.js';
import { SEMANTIC_CHECKS } from '../../src/config/semantic-checks.js';
import { isToolError, type ToolError } from '../../src/errors/tool-error.js';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.js';
import { LAYER_TYPES } from '../../src/ir/layer-rules.js';
import type { TrainOptions } from '../../src/ir/options.js';
import { packageRoot } from '../../src/util/package-root.js';
import { didYouMean, editDistance } from '../../src/util/did-you-mean.js';

const MINIMAL = `schemaVersion: 1
name: tiny
data:
  source: synthetic-digits
model:
  layers:
    - { units: 16 }
    - { units: 10 }
`;

function failure(text: string): ToolError {
  try {
    parseProject(text, 'grapes.yaml');
  } catch (error) {
    if (isToolError(error)) return error;
    throw error;
  }
  throw new Error('the text was accepted');
}

void t.test('a minimal file is short: everything else has a default', async (t) => {
  const config = parseProject(MINIMAL, 'grapes.yaml');
  t.match(config, {
    name: 'tiny',
    seed: 1,
    board: 'host',
    data: { source: 'synthetic-digits', size: 14 },
    model: { bias: true, layers: [{ type: 'dense', activation: 'relu' }, { activation: 'none' }] },
    train: { optimizer: { type: 'sgd' }, grapes: { mode: 'propagating' }, seed: 1 },
    learn: null,
    verify: { samples: 1000 },
    budget: { flashBytes: null },
  });
  t.equal(parseProject(MINIMAL, 'grapes.yaml', 7).train.seed, 7, 'a seed from the command line wins');
});

void t.test('defaults in the code and in the published schema are the same', async (t) => {
  const schema = JSON.parse(readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')) as Schema;
  const config = parseProject(`${MINIMAL}learn: {}\nquantize: { awareTraining: {} }\n`, 'grapes.yaml');
  t.same(parseProject(MINIMAL, 'x').quantize.awareTraining, null);
  const learn = { ...config.learn?.spec, run: config.learn?.run };
  compareDefaults(t, schema, schema, { ...config, learn }, '');
  const csv = parseProject(
    MINIMAL.replace('source: synthetic-digits', 'source: csv\n  file: a.csv\n  labelColumn: y'),
    'x',
  );
  compareDefaults(t, schema, schema.definitions['csvFile'], csv.data, 'csv');
  compareDefaults(t, schema, schema.definitions['syntheticDigits'], config.data, 'digits');
  const dataOf = (data: string): unknown => parseProject(withData(data), 'x').data;
  const sensor = dataOf(`${SENSOR}, manifest: {}`);
  compareDefaults(t, schema, schema.definitions['sensorRecordings'], sensor, 'sensor');
  t.match(sensor, { stride: 50 }, 'windows do not overlap');
  compareDefaults(t, schema, schema.definitions['strokes'], dataOf('source: strokes, root: a'), 'strokes');
  compareDefaults(t, schema, schema.definitions['audio'], dataOf(`${AUDIO}, manifest: {}`), 'audio');
  t.match(dataOf(AUDIO), { features: { highHz: 8000 } }, 'up to half the sample rate');
  compareDefaults(t, schema, schema.definitions['npzFile'], dataOf('source: npz, file: a'), 'npz');
  const folder = dataOf('source: image-folder, train: a, size: [8, 8]');
  compareDefaults(t, schema, schema.definitions['imageFolder'], folder, 'image-folder');
  const image = dataOf('source: strokes, root: a, form: { kind: image }') as { form: unknown };
  compareDefaults(
    t,
    schema,
    schema.definitions['strokes'].properties?.['form'].oneOf?.[1] as Schema,
    image.form,
    'form',
  );
  const momentum = parseProject(`${MINIMAL}train: { optimizer: { type: momentum } }\n`, 'x').train.optimizer;
  compareDefaults(t, schema, schema.definitions['optimizer'].oneOf?.[1] as Schema, momentum, 'momentum');
});

void t.test('a dilation of 1 is none', (t) => {
  const layers = [
    '{ type: conv_2d, filters: 4, dilation: [2, 1] }',
    '{ type: conv_2d, filters: 4, dilation: 1 }',
    '{ units: 2 }',
  ];
  const parsed = parseProject(withModel(layers), 'x', 7).model.layers;
  t.match(parsed[0], { dilation: [2, 1] });
  t.notOk('dilation' in parsed[1]);
  t.end();
});

void t.test('every layer type: what may be left out, and what it means then', async (t) => {
  const layers = [
    '{ type: reshape, shape: [14, 14, 1] }',
    '{ type: conv_2d, filters: 4, bias: false, name: stem, activation: none }',
    '{ type: batch_norm }',
    '{ type: activation, activation: relu6 }',
    '{ type: depthwise_conv_2d, kernel: [5, 3], strides: 2 }',
    '{ type: max_pool_2d, pool: 3 }',
    '{ type: average_pool_2d, strides: 1, padding: same }',
    '{ type: add, from: [stem, stem] }',
    '{ type: mul, from: [stem, stem], activation: relu, name: product }',
    '{ type: concatenation, from: [stem, product] }',
    '{ type: pad, pads: 1 }',
    '{ type: pad, pads: [[0, 1], [2, 3]] }',
    '{ type: global_average_pool_2d }',
    '{ type: dropout, rate: 0.25 }',
    '{ type: flatten, from: stem }',
    '{ type: rate_code }',
    '{ type: snu, units: 8 }',
    '{ type: simple_rnn, units: 8, output: sequence }',
    '{ type: gru, units: 8 }',
    '{ units: 16 }',
    '{ type: snu, units: 10 }',
  ];
  const parsed = parseProject(withModel(layers), 'x', 7).model.layers;
  t.same(parsed, [
    { type: 'reshape', shape: [14, 14, 1] },
    {
      type: 'conv_2d',
      name: 'stem',
      filters: 4,
      bias: false,
      kernel: [3, 3],
      strides: [1, 1],
      padding: 'same',
      activation: 'none',
    },
    { type: 'batch_norm', momentum: 0.9, epsilon: 0.001, activation: 'none' },
    { type: 'activation', activation: 'relu6' },
    {
      type: 'depthwise_conv_2d',
      multiplier: 1,
      kernel: [5, 3],
      strides: [2, 2],
      padding: 'same',
      activation: 'relu',
    },
    { type: 'max_pool_2d', pool: [3, 3], strides: [3, 3], padding: 'valid' },
    { type: 'average_pool_2d', pool: [2, 2], strides: [1, 1], padding: 'same' },
    { type: 'add', from: ['stem', 'stem'], activation: 'none' },
    { type: 'mul', from: ['stem', 'stem'], activation: 'relu', name: 'product' },
    { type: 'concatenation', from: ['stem', 'product'], axis: -1 },
    {
      type: 'pad',
      pads: [
        [1, 1],
        [1, 1],
      ],
    },
    {
      type: 'pad',
      pads: [
        [0, 1],
        [2, 3],
      ],
    },
    { type: 'global_average_pool_2d' },
    { type: 'dropout', rate: 0.25 },
    { type: 'flatten', from: ['stem'] },
    { type: 'rate_code', steps: 16, gain: 1, seed: 7 },
    { type: 'snu', units: 8, ...SNU, output: 'sequence' },
    { type: 'simple_rnn', units: 8, activation: 'tanh', output: 'sequence' },
    { type: 'gru', units: 8, output: 'last' },
    { type: 'dense', units: 16, activation: 'relu', dropout: 0 },
    { type: 'snu', units: 10, ...SNU, output: 'mean' },
  ]);
  t.same(
    new Set(parsed.map(({ type }) => type)),
    new Set(LAYER_TYPES.filter((type) => type !== 'fake_quantize')),
    'no type is left out but what quantize makes',
  );

  const schema = JSON.parse(readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')) as Schema;
  for (const branch of schema.definitions['typedLayer'].oneOf ?? []) {
    const definition = schema.definitions[branch.$ref?.replace('#/definitions/', '') ?? ''];
    const tag = definition.properties?.['type'] as { const?: string; enum?: string[] };
    const types = tag.enum ?? [tag.const];
    const plain = parsed.filter(
      (l, i) => types.includes(l.type) && !/kernel|pool:|strides|stem|sequence/.test(layers[i]),
    );
    for (const layer of plain) compareDefaults(t, schema, definition, layer, layer.type);
  }
});

void t.test('which layer has the activation that nobody names', async (t) => {
  const activations = (...layers: string[]): (string | undefined)[] =>
    parseProject(withModel([...layers, '{ units: 10 }']), 'x').model.layers.map((l) =>
      'activation' in l ? l.activation : undefined,
    );
  const conv = '{ type: conv_2d, filters: 4 }';
  const norm = '{ type: batch_norm }';
  const same = '{ type: add, from: [input, input] }';
  t.same(activations(conv, norm), ['none', 'relu', 'none'], 'the normalization behind, to be folded');
  t.same(activations('{ type: conv_2d, filters: 4, activation: tanh }', norm), ['tanh', 'none', 'none']);
  t.same(activations('{ type: conv_2d, filters: 4, activation: none }', norm), ['none', 'relu', 'none']);
  t.same(activations(conv, '{ type: activation, activation: tanh }'), ['none', 'tanh', 'none']);
  t.same(activations(conv, norm, '{ type: activation, activation: tanh }'), ['none', 'none', 'tanh', 'none']);
  t.same(activations(same, norm), ['none', 'none', 'none'], 'no weights below');
  t.same(activations(norm), ['none', 'none'], 'the input below');
  t.same(activations(conv, '{ type: add, from: [conv_2d_0, input] }'), ['relu', 'none', 'none']);
  t.same(activations(conv, '{ type: add, from: [conv_2d_0, input], activation: relu }'), ['none', 'relu', 'none']);
  // The same YAML node twice is two layers.
  t.same(activations(`&c ${conv}`, norm, '*c'), ['none', 'relu', 'relu', 'none']);
});

void t.test('layers over time give every step to the next such layer', async (t) => {
  const outputs = (...layers: string[]): (string | undefined)[] =>
    parseProject(withModel([...layers, '{ units: 10 }']), 'x').model.layers.map((l) =>
      'output' in l ? l.output : undefined,
    );
  const types = ['simple_rnn', 'gru', 'snu'];
  const layers = types.map((type) => `{ type: ${type}, units: 4 }`);
  t.same(outputs(...layers), ['sequence', 'sequence', 'mean', undefined]);
  t.same(outputs(layers[2], layers[0], layers[1]), ['sequence', 'sequence', 'last', undefined]);
  t.same(outputs(layers[0], '{ type: dropout, rate: 0.1 }', layers[1]), ['sequence', undefined, 'last', undefined]);
});

const SNU = { soft: false, recurrent: false, decay: 0.8, threshold: 1, activation: 'none' };

void t.test('every optimizer and schedule has the published defaults', async (t) => {
  const schema = JSON.parse(readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8')) as Schema;
  const trainOf = (text: string): TrainOptions => parseProject(`${MINIMAL}train: { ${text} }\n`, 'x').train;
  for (const kind of ['optimizer', 'schedule'] as const) {
    for (const branch of schema.definitions[kind].oneOf ?? []) {
      const tag = branch.properties?.['type'] as { const?: string; enum?: string[] };
      for (const type of tag.enum ?? [tag.const]) {
        const value = trainOf(`${kind}: { type: ${type} }`)[kind];
        t.equal(value.type, type);
        t.same(Object.keys(value).sort(), Object.keys(branch.properties ?? {}).sort(), `${type} has nothing undefined`);
        compareDefaults(t, schema, branch, value, `${kind} ${type}`);
      }
    }
  }
  for (const branch of schema.definitions['train'].properties?.['augment'].oneOf ?? []) {
    const { const: kind } = branch.properties?.['kind'] as { const?: string };
    compareDefaults(t, schema, branch, trainOf(`augment: { kind: ${String(kind)} }`).augment, String(kind));
  }
  t.same(trainOf('learningRateDecay: 0.9').schedule, { type: 'exponential', decay: 0.9 });
  t.match(trainOf('grapes: { mode: local, everySteps: 4 }').grapes, {
    mode: 'local',
    everySteps: 4,
    factor: 'per-node',
  });
});

/** The minimal project with other layers. */
function withModel(layers: readonly string[]): string {
  return MINIMAL.replace(/ {2}layers:[^]*/, `  layers:\n${layers.map((l) => `    - ${l}\n`).join('')}`);
}

const SENSOR = 'source: sensor, root: a, columns: [x, y], window: 50';

const AUDIO = 'source: audio, root: a, sampleRateHz: 16000';

/** The minimal project with another `data:` section. */
function withData(data: string): string {
  return MINIMAL.replace('data:\n  source: synthetic-digits', `data: { ${data} }`);
}

interface Schema {
  readonly $ref?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly definitions: Readonly<Record<string, Schema>>;
}

function compareDefaults(t: Test, root: Schema, schema: Schema, value: unknown, path: string): void {
  const target = schema.$ref === undefined ? schema : root.definitions[schema.$ref.replace('#/definitions/', '')];
  const wanted = schema.default ?? target.default;
  if (wanted !== undefined && wanted !== null && target.properties === undefined) t.match(value, wanted, path);
  for (const [key, child] of Object.entries(target.properties ?? {})) {
    compareDefaults(t, root, child, (value as Record<string, unknown> | null)?.[key], `${path}.${key}`);
  }
}

void t.test('each kind of mistake has its code, line, column and a suggestion', async (t) => {
  const cases: readonly [name: string, text: string, code: string, line: number, column: number, said: RegExp][] = [
    ['unknown key', `${MINIMAL}trian: {}\n`, 'CONFIG_UNKNOWN_KEY', 9, 1, /did you mean "train"/],
    ['nested unknown key', `${MINIMAL}train:\n  epoch: 3\n`, 'CONFIG_UNKNOWN_KEY', 10, 3, /did you mean "epochs"/],
    [
      'key of another kind of data',
      MINIMAL.replace('digits', 'digits\n  file: x'),
      'CONFIG_UNKNOWN_KEY',
      5,
      3,
      /known here/,
    ],
    ['wrong type', `${MINIMAL}train:\n  epochs: many\n`, 'CONFIG_TYPE', 10, 11, /whole number.*"many"/],
    [
      'section where a list belongs',
      'schemaVersion: 1\nname: a\ndata: {source: mnist}\nmodel:\n  layers: {}\n',
      'CONFIG_TYPE',
      5,
      11,
      /a list/,
    ],
    ['fraction for an integer', `${MINIMAL}train: { epochs: 2.5 }\n`, 'CONFIG_TYPE', 9, 18, /2\.5/],
    ['infinity', `${MINIMAL}train: { optimizer: { type: sgd, learningRate: .inf } }\n`, 'CONFIG_TYPE', 9, 48, /number/],
    ['out of range', MINIMAL.replace('units: 16', 'units: 0'), 'CONFIG_VALUE', 7, 16, /units.*>= 1/],
    ['dropout 1', MINIMAL.replace('units: 16', 'units: 16, dropout: 1.0'), 'CONFIG_VALUE', 7, 29, /dropout/],
    [
      'misspelt choice',
      MINIMAL.replace('units: 16', 'units: 16, activation: rellu'),
      'CONFIG_VALUE',
      7,
      32,
      /did you mean "relu"/,
    ],
    ['misspelt source', MINIMAL.replace('synthetic-digits', 'minst'), 'CONFIG_VALUE', 4, 11, /did you mean "mnist"/],
    [
      'no source',
      MINIMAL.replace('source: synthetic-digits', 'size: 7'),
      'CONFIG_MISSING_KEY',
      3,
      1,
      /"source" is missing/,
    ],
    ['missing section', MINIMAL.replace(/model:[^]*/, ''), 'CONFIG_MISSING_KEY', 1, 1, /"model" is missing/],
    [
      'number or word',
      `${MINIMAL}verify: { samples: most }\n`,
      'CONFIG_VALUE',
      9,
      20,
      /a whole number of at least 1 or "all"/,
    ],
    ['name is no identifier', MINIMAL.replace('tiny', 'My-Net'), 'CONFIG_VALUE', 2, 7, /lower-case/],
    ['version of the future', MINIMAL.replace('n: 1', 'n: 2'), 'CONFIG_VALUE', 1, 16, /schemaVersion must be 1/],
    ['duplicate key', `${MINIMAL}name: other\n`, 'CONFIG_DUPLICATE_KEY', 9, 1, /twice/],
    ['tab', 'schemaVersion: 1\nmodel:\n\tlayers: []\n', 'CONFIG_SYNTAX', 3, 1, /YAML/],
    ['open bracket', `${MINIMAL}train: { epochs: 3\n`, 'CONFIG_SYNTAX', 10, 1, /YAML/],
    ['two documents', `${MINIMAL}---\nname: b\n`, 'CONFIG_SYNTAX', 9, 1, /YAML/],
    ['empty file', '', 'CONFIG_TYPE', 1, 1, /the file must be a section/],
    ['a list', '- 1\n', 'CONFIG_TYPE', 1, 1, /a list/],
    ['misspelt layer', withModel(['{ type: conv2d, filters: 3 }']), 'CONFIG_VALUE', 7, 15, /did you mean "conv_2d"/],
    [
      'no such layer',
      withModel(['{ type: transformer }']),
      'CONFIG_VALUE',
      7,
      15,
      /one of "dense", "conv_2d", .*"snu"/,
    ],
    ['option of another layer', withModel(['{ type: gru, filters: 3 }']), 'CONFIG_MISSING_KEY', 7, 7, /"units"/],
    [
      'unknown option of a layer',
      withModel(['{ type: conv_2d, filters: 3, stride: 2 }']),
      'CONFIG_UNKNOWN_KEY',
      7,
      36,
      /did you mean "strides"/,
    ],
    [
      'three sizes',
      withModel(['{ type: conv_2d, filters: 3, kernel: [1, 2, 3] }']),
      'CONFIG_VALUE',
      7,
      44,
      /a whole number of at least 1.* or a list/,
    ],
    [
      'misspelt optimizer',
      `${MINIMAL}train: { optimizer: { type: adan } }\n`,
      'CONFIG_VALUE',
      9,
      29,
      /did you mean "adam"/,
    ],
    [
      'a decay and a schedule',
      `${MINIMAL}train: { learningRateDecay: 0.9, schedule: { type: cosine } }\n`,
      'CONFIG_VALUE',
      9,
      8,
      /cannot have "learningRateDecay"/,
    ],
    [
      'a last layer of another type',
      withModel(['{ type: add, from: [input], activation: relu }']),
      'CONFIG_VALUE',
      7,
      47,
      /"none"/,
    ],
    [
      'dropout at the end',
      withModel(['{ units: 10 }', '{ type: dropout, rate: 0.5 }']),
      'CONFIG_VALUE',
      8,
      15,
      /dropout layer/,
    ],
    ['logits', MINIMAL.replace('units: 10', 'units: 10, activation: relu'), 'CONFIG_VALUE', 8, 32, /"none"/],
  ];
  for (const [name, text, code, line, column, said] of cases) {
    const error = failure(text);
    t.match(error, { code, context: { file: 'grapes.yaml', line, column } }, name);
    t.match(error.message, said, name);
    t.ok(ERROR_CATALOGUE[error.code], `${name}: ${error.code} is catalogued`);
  }
});

void t.test('one slip of indentation is one problem', async (t) => {
  for (const [text, place] of [
    [MINIMAL.replace('name: tiny', 'name: tiny\n  board: host'), '2:7'],
    [MINIMAL.replace('source: synthetic-digits', 'source: synthetic-digits\n   size: 7'), '4:11'],
  ]) {
    const error = failure(text);
    t.same(error.context['problems'], [`${place} CONFIG_SYNTAX `]);
    t.match(error.message, /indented/);
  }
  const twice = failure(`${MINIMAL}name: other\ntrain: { epochs: 3\n`);
  t.same(twice.context['problems'], ['9:1 CONFIG_DUPLICATE_KEY ', '11:1 CONFIG_SYNTAX ']);
});

void t.test('all problems come at once, in file order', async (t) => {
  const error = failure(MINIMAL.replace('tiny', 'Tiny').replace('units: 16', 'unit: 16') + 'train: { epochs: x }\n');
  t.equal(error.code, 'CONFIG_VALUE');
  t.same(error.context['problems'], [
    '2:7 CONFIG_VALUE name',
    '7:7 CONFIG_MISSING_KEY model.layers[0]',
    '7:9 CONFIG_UNKNOWN_KEY model.layers[0].unit',
    '9:18 CONFIG_TYPE train.epochs',
  ]);
  t.equal(error.message.split('\n').length, 4);
});

void t.test('every semantic check can fire', async (t) => {
  const bad: Record<keyof typeof SEMANTIC_CHECKS, string> = {
    nameIsFreeInC: MINIMAL.replace('tiny', 'register'),
    lastLayerGivesLogits: MINIMAL.replace('units: 10', 'units: 10, dropout: 0.5'),
    layerNamesDiffer: MINIMAL.replace('units: 16', 'units: 16, name: a').replace('units: 10', 'units: 10, name: a'),
    warmupEnds: `${MINIMAL}train: { epochs: 5, schedule: { type: cosine, warmupEpochs: 5 } }\n`,
    noEpochsNeedWeights: `${MINIMAL}train: { epochs: 0 }\n`,
    learnsNoMoreLayersThanThereAre: `${MINIMAL}learn: { layers: 3 }\n`,
    onlyPicturesRotate: `${MINIMAL.replace(
      'source: synthetic-digits',
      'source: csv\n  file: a.csv\n  labelColumn: y',
    )}learn: { run: { drift: { kind: rotate, degrees: 30 } } }\n`,
    rulesNeedManifest: withData(`${SENSOR}, parts: { train: { a: 1 }, test: { a: 2 } }`),
    spectrumIsPossible: withData(`${AUDIO}, features: { frameMs: 300 }`),
    validationComesWhole: withData('source: npz, file: a, validationInputs: x'),
    recordingColumnsMatch: withData(`${SENSOR}, labelColumn: 3`),
  };
  t.same(Object.keys(bad).sort(), Object.keys(SEMANTIC_CHECKS).sort());
  for (const [check, text] of Object.entries(bad)) t.equal(failure(text).code, 'CONFIG_VALUE', check);
  const likeTheInput = failure(MINIMAL.replace('units: 16', 'units: 16, name: input'));
  t.match(likeTheInput, { code: 'CONFIG_VALUE', message: /"input"/ });
});

void t.test('docs/data.md has a word about every source', async (t) => {
  const schema = readFileSync(join(packageRoot(), 'schema', 'grapes.schema.json'), 'utf8');
  const page = readFileSync(join(packageRoot(), 'docs', 'data.md'), 'utf8');
  const sources = [...schema.matchAll(/"source": \{ "const": "([^"]+)" \}/g)].map(([, source]) => source);
  t.ok(sources.length >= 9, String(sources));
  for (const source of sources) t.match(page, `\`${source}\``, source);
});

void t.test('every example reads, says which data it needs, and stands in the benchmarks', async (t) => {
  const examples = join(packageRoot(), 'examples');
  const benchmarks = readFileSync(join(packageRoot(), 'docs', 'benchmarks.md'), 'utf8');
  for (const name of readdirSync(examples)) {
    const dir = join(examples, name);
    const { data } = loadProject(dir, { cwd: dir, seed: null });
    t.match(readFileSync(join(dir, 'grapes.yaml'), 'utf8'), `# yaml-language-server: $schema=../../schema/`, name);
    // It draws its own samples, and is there for the code around the network.
    if (data.source === 'synthetic-digits') continue;
    const needed = 'root' in data ? data.root.replace('dataset:', '') : data.source;
    const get = `grapes data get ${needed}`;
    t.match(readFileSync(join(dir, 'README.md'), 'utf8'), get, name);
    t.match(benchmarks, `| ${name} |`, name);
  }
});

void t.test('files: found above, absent, unreadable', async (t) => {
  const dir = t.testdir({ 'grapes.yaml': MINIMAL, sub: { deep: {} }, odd: { 'grapes.yaml': {} } });
  t.equal(findProjectDir(join(dir, 'sub', 'deep')), dir);
  t.equal(findProjectDir('/'), null);
  t.equal(loadProject(dir, { cwd: dir, seed: null }).name, 'tiny');
  t.throws(() => loadProject(join(dir, 'sub'), { cwd: dir, seed: null }), {
    code: 'CONFIG_NOT_FOUND',
    context: { file: 'sub/grapes.yaml' },
  });
  t.throws(() => loadProject(join(dir, 'odd'), { cwd: dir, seed: null }), { code: 'CONFIG_UNREADABLE' });
});

void t.test('suggestions: near words only', async (t) => {
  t.equal(editDistance('kitten', 'sitting'), 3);
  t.equal(editDistance('trian', 'train'), 1);
  t.equal(didYouMean('batch_size', ['batchSize', 'epochs']), 'batchSize');
  t.equal(didYouMean('colour', ['epochs', 'units']), null);
});
