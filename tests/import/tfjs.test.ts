// Layers models against TensorFlow.js itself: it predicts with what we wrote, and we with what it saved.
import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';
import t from 'tap';
import { exportLayersModel } from '../../src/import/tfjs/export-layers-model.js';
import { importLayersModel } from '../../src/import/tfjs/import-layers-model.js';
import type { Shape } from '../../src/ir/layer-rule.js';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { elementCount } from '../../src/ir/tensor.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { TfjsEngine } from '../../src/train/engines/tfjs/tfjs-engine.js';
import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';
import { layerCases } from '../train/layer-cases.js';

const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof Tfjs;
await tf.setBackend('cpu');
tf.enableProdMode();

const ROWS = 3;

function randomInput(shape: Shape): Float32Array {
  const rng = new Rng(8);
  return Float32Array.from({ length: ROWS * elementCount(shape) }, () => rng.range(-1, 1));
}

/** Parameters of a network, none of them zero: moving statistics, biases and gammas must not be mixed up. */
function parametersOf(model: ModelSpec, shape: Shape): Float32Array[] {
  const rng = new Rng(5);
  return initialParameters(planNetwork(model, shape), 'xavier_uniform', 3).map((a) =>
    a.map((v) => v + rng.range(0.05, 0.3)),
  );
}

async function ourOutputs(
  model: ModelSpec,
  shape: Shape,
  parameters: readonly Float32Array[],
  input: Float32Array,
): Promise<Float32Array> {
  const plan = planNetwork(model, shape);
  const engine = await TfjsEngine.open(plan, ['cpu']);
  const network = engine.build(plan, TRAIN_DEFAULTS, ROWS);
  network.writeParameters(parameters);
  network.input.set(input);
  network.evaluate(ROWS);
  const outputs = network.outputs.slice();
  network.dispose();
  return outputs;
}

async function theirOutputs(
  json: string,
  weights: Uint8Array,
  shape: Shape,
  input: Float32Array,
): Promise<Float32Array> {
  const artifacts = JSON.parse(json) as {
    modelTopology: object;
    weightsManifest: { weights: Tfjs.io.WeightsManifestEntry[] }[];
  };
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: artifacts.modelTopology,
      weightSpecs: artifacts.weightsManifest[0].weights,
      weightData: weights.buffer.slice(0) as ArrayBuffer,
    }),
  );
  return (model.predict(tf.tensor(input, [ROWS, ...shape])) as Tfjs.Tensor).dataSync<'float32'>();
}

/** What `model.save()` would write, as text and one file of weights. */
async function saved(model: Tfjs.LayersModel): Promise<{ json: string; readFile: () => Uint8Array }> {
  const files: { json: string; readFile: () => Uint8Array }[] = [];
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }];
      const { modelTopology, weightData } = artifacts;
      files.push({
        json: JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
        readFile: () => new Uint8Array(weightData as ArrayBuffer),
      });
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  return files[0];
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++)
    worst = Math.max(worst, Number.isNaN(a[i] - b[i]) ? Infinity : Math.abs(a[i] - b[i]));
  return worst;
}

t.test('what we write, TensorFlow.js opens and predicts alike; and we read it back', async (test) => {
  for (const { name, inputShape, layers, notInKeras = false } of layerCases()) {
    if (notInKeras || layers.some(({ type }) => ['snu', 'rate_code', 'fake_quantize'].includes(type))) continue;
    const model = { bias: true, layers };
    const parameters = parametersOf(model, inputShape);
    const input = randomInput(inputShape);
    const { json, weights } = exportLayersModel(planNetwork(model, inputShape), parameters, 'test', 'grapes-mcu');
    const ours = await ourOutputs(model, inputShape, parameters, input);
    const theirs = await theirOutputs(json, weights, inputShape, input);
    test.ok(distance(ours, theirs) < 1e-5, `${name}: ${String(distance(ours, theirs))}`);

    const back = importLayersModel(json, () => weights);
    test.same(back.inputShape, inputShape);
    const again = await ourOutputs(back.model, back.inputShape, back.parameters!, input);
    test.ok(distance(ours, again) < 1e-5, `${name}, read back: ${String(distance(ours, again))}`);
    const once = exportLayersModel(planNetwork(back.model, back.inputShape), back.parameters!, 'test', 'grapes-mcu');
    test.same(once.weights, weights, `${name}: the same weights in the same order`);
  }
});

t.test('what TensorFlow.js saves', async (test) => {
  const { layers: l } = tf;
  const models: Readonly<Record<string, () => Tfjs.LayersModel>> = {
    'a sequential model that ends in a softmax': () =>
      tf.sequential({
        layers: [
          l.conv2d({
            inputShape: [8, 7, 2],
            filters: 4,
            kernelSize: [3, 2],
            strides: 2,
            padding: 'same',
            useBias: false,
          }),
          l.batchNormalization({}),
          l.reLU({ maxValue: 6 }),
          l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu' }),
          l.maxPooling2d({ poolSize: 2 }),
          l.dropout({ rate: 0.3 }),
          l.flatten(),
          l.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
    'a functional model with a sum': () => {
      const input = tf.input({ shape: [6, 6, 1], name: 'Bild' });
      const a = l.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'Conv-A' }).apply(input);
      const b = l.conv2d({ filters: 3, kernelSize: 1, name: '2nd_Conv' }).apply(input);
      const sum = l.add().apply([a, b] as Tfjs.SymbolicTensor[]);
      const mean = l.globalAveragePooling2d({}).apply(l.activation({ activation: 'tanh' }).apply(sum));
      const logits = l.dense({ units: 3, useBias: false }).apply(mean);
      return tf.model({ inputs: input, outputs: l.softmax().apply(logits) as Tfjs.SymbolicTensor });
    },
    'recurrent layers': () =>
      tf.sequential({
        layers: [
          l.gru({ inputShape: [5, 2], units: 4, returnSequences: true, recurrentActivation: 'sigmoid' }),
          l.simpleRNN({ units: 3, activation: 'tanh', returnSequences: true }),
          l.globalAveragePooling1d({}),
          l.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
  };
  for (const [name, make] of Object.entries(models)) {
    const theirs = make();
    const rng = new Rng(4);
    // As drawn, all biases are 0 and all moving variances 1.
    theirs.setWeights(
      theirs.getWeights().map((w) =>
        tf.tensor(
          w.dataSync().map((v) => v + rng.range(0.05, 0.3)),
          w.shape,
        ),
      ),
    );
    const { json, readFile } = await saved(theirs);
    const { model, inputShape, parameters } = importLayersModel(json, readFile);
    const input = randomInput(inputShape);
    const logits = await ourOutputs(model, inputShape, parameters!, input);
    const ours = tf.softmax(tf.tensor(logits, [ROWS, 3])).dataSync();
    const wanted = (theirs.predict(tf.tensor(input, [ROWS, ...inputShape])) as Tfjs.Tensor).dataSync();
    test.ok(distance(ours, wanted) < 1e-5, `${name}: ${String(distance(ours, wanted))}`);
  }
});

t.test('names, converted Keras models, quantized weights, no weights', (test) => {
  const dense = (name: string, units: number): object => ({
    class_name: 'Dense',
    config: { name, units, activation: 'relu', use_bias: true },
  });
  const input = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2] } };
  const keras = {
    modelTopology: {
      keras_version: '2.9.0',
      model_config: {
        class_name: 'Sequential',
        config: { name: 'm', layers: [input, dense('Dense-1', 1), dense('dense 1', 2)] },
      },
    },
    weightsManifest: [
      {
        paths: ['a.bin', 'b.bin'],
        weights: [
          {
            name: 'm/Dense-1/kernel',
            shape: [2, 1],
            dtype: 'float32',
            quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
          },
          {
            name: 'm/Dense-1/bias',
            shape: [1],
            dtype: 'float32',
            quantization: { dtype: 'uint16', scale: 0.25, min: 0 },
          },
          { name: 'm/dense 1/kernel', shape: [1, 2], dtype: 'float32' },
          { name: 'm/dense 1/bias', shape: [2], dtype: 'float32' },
        ],
      },
    ],
  };
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const all = [0, 6, 2, 1, ...floats];
  const files: Readonly<Record<string, number[]>> = { 'a.bin': all.slice(0, 5), 'b.bin': all.slice(5) };
  const read = (path: string): Uint8Array => Uint8Array.from(files[path]);
  const { model, parameters } = importLayersModel(JSON.stringify(keras), read);
  test.same(
    model.layers.map(({ name }) => name),
    ['dense_1', 'dense_1_2'],
  );
  test.same(
    parameters!.map((p) => [...p]),
    [[-1, 2], [0.25 * 258], [1, 2], [3, 4]],
  );
  const { weightsManifest: _weights, ...bare } = keras;
  test.equal(importLayersModel(JSON.stringify(bare), read).parameters, null);

  const cut = (path: string): Uint8Array => read(path).slice(0, 5);
  const fails = (json: unknown, readFile: (path: string) => Uint8Array, message: RegExp): void => {
    const text = typeof json === 'string' ? json : JSON.stringify(json);
    test.throws(() => importLayersModel(text, readFile), { code: 'IMPORT_INVALID', message });
  };
  fails(keras, cut, /end before 'm\/dense 1\/kernel'/);
  fails(keras, (path) => Uint8Array.of(...read(path), 0), /bytes/);
  fails('{', read, /not JSON/);
  fails({}, read, /modelTopology/);
  fails({ modelTopology: { class_name: 'GraphModel', config: {} } }, read, /GraphModel/);
  const renamed = JSON.stringify(keras).replace('m/dense 1/bias', 'm/other/bias');
  fails(renamed, read, /'dense 1\/bias' are not there/);
  const wrongShape = JSON.stringify(keras).replace('"units":2', '"units":3');
  fails(wrongShape, read, /are \[1, 2\], the layer needs \[1, 3\]/);
  test.end();
});

t.test('layers without a counterpart are all named', (test) => {
  const layer = (class_name: string, name: string, config: object = {}): object => ({
    class_name,
    config: { name, ...config },
  });
  const layers = [
    layer('InputLayer', 'in', { batch_input_shape: [null, 6, 4] }),
    layer('LSTM', 'memory', { units: 3 }),
    layer('GRU', 'gate', { units: 3, recurrent_activation: 'hard_sigmoid', return_sequences: true }),
    layer('Conv2D', 'wide', { filters: 2, kernel_size: [3, 3], groups: 2 }),
    layer('Dense', 'swish', { units: 3, activation: 'swish' }),
    layer('Dense', 'fine', { units: 3, activation: 'relu' }),
  ];
  const text = JSON.stringify({ modelTopology: { class_name: 'Sequential', config: { layers } } });
  const none = (): Uint8Array => new Uint8Array();
  try {
    importLayersModel(text, none);
    test.fail('it was taken');
  } catch (error) {
    const { code, context } = error as { code: string; context: { layers: string[] } };
    test.equal(code, 'IMPORT_UNSUPPORTED_LAYER');
    test.same(
      context.layers.map((line) => line.split(' ')[0]),
      ['memory', 'gate', 'wide', 'swish'],
    );
  }
  const rows = JSON.stringify({
    modelTopology: { class_name: 'Sequential', config: { layers: [layers[0], layers[5]] } },
  });
  test.throws(() => importLayersModel(rows, none), { code: 'IMPORT_UNSUPPORTED_LAYER' }, 'Dense on rows');

  const spiking = layerCases().find(({ name }) => name === 'rate_code')!;
  const plan = planNetwork({ bias: true, layers: spiking.layers }, spiking.inputShape);
  test.throws(() => exportLayersModel(plan, [], 'x', 'test'), {
    code: 'EXPORT_UNSUPPORTED_LAYER',
    context: { layers: { length: 3 } },
  });
  test.end();
});
