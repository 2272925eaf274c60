import t from 'tap';
import { floatForward } from '../../src/ir/float-forward.js';
import { isLayerOp, type FloatGraph, type FloatOp, type QuantizedGraph } from '../../src/ir/graph.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import type { LayerSpec } from '../../src/ir/model-spec.js';
import { fullyConnectedFloat, fullyConnectedSize } from '../../src/ir/ops/fully-connected.js';
import { lookupFloat } from '../../src/ir/ops/lookup.js';
import { exportTflite } from '../../src/import/tflite/export-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { prepare } from '../../src/quantize/prepare.js';
import { withWidths } from '../../src/quantize/widths.js';
import { quantize } from '../../src/quantize/quantize.js';
import { optimize } from '../../src/optimize/optimize.js';
import { L, layered, OPTIONS, randomSamples, sampleOf } from './layered.js';

interface Network {
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
  /** Of the integer network. */
  readonly kinds: string;
}

const NETWORKS: Readonly<Record<string, Network>> = {
  'strided convolutions on one channel': {
    input: [9, 7],
    layers: [L.conv(5, 3, 2, 'relu'), L.conv(4, 2, 1, 'relu6', 'valid'), L.flatten, L.dense(3)],
    kinds: 'reshape conv_2d conv_2d fully_connected',
  },
  'depthwise separable with norms': {
    input: [8, 8, 2],
    layers: [
      L.depthwise(2, 3, 2),
      L.norm(),
      L.activation('relu'),
      L.conv(6, 1),
      L.norm('relu6'),
      L.dropout,
      L.globalAverage,
      L.dense(3),
    ],
    kinds: 'depthwise_conv_2d conv_2d mean fully_connected',
  },
  'residual with three summands': {
    input: [6, 6, 3],
    layers: [
      L.named('a', L.conv(3, 3, 1, 'relu')),
      L.named('b', L.conv(3, 3, 1)),
      L.add(['input', 'a', 'b'], 'relu'),
      L.pool('max_pool_2d'),
      L.flatten,
      L.dense(3),
    ],
    kinds: 'conv_2d conv_2d add add max_pool_2d fully_connected',
  },
  'pools with norms and activations behind them': {
    input: [7, 7, 2],
    layers: [
      L.conv(4),
      L.pool('average_pool_2d', 3, 2),
      L.activation('relu'),
      L.pool('max_pool_2d', 3, 1),
      L.activation('relu6'),
      L.norm(),
      L.pool('average_pool_2d', 2, 2, 'valid'),
      L.dense(8),
      L.activation('sigmoid'),
      L.dense(3),
    ],
    kinds:
      'conv_2d average_pool_2d lookup max_pool_2d lookup depthwise_conv_2d average_pool_2d fully_connected lookup fully_connected',
  },
  'tanh and sigmoid everywhere': {
    input: [5, 5, 1],
    layers: [
      L.named('a', L.conv(3, 3, 1, 'tanh')),
      L.named('b', L.depthwise(1, 3, 1, 'sigmoid')),
      L.add(['a', 'b'], 'tanh'),
      L.norm('sigmoid'),
      L.dense(4, 'sigmoid'),
      L.dense(3),
    ],
    kinds:
      'conv_2d lookup depthwise_conv_2d lookup add lookup depthwise_conv_2d lookup fully_connected lookup fully_connected',
  },
  'dilations and a frame': {
    input: [9, 8, 2],
    layers: [
      { ...L.conv(4, 3, 1, 'relu'), dilation: [2, 3] } as LayerSpec,
      {
        type: 'pad',
        pads: [
          [1, 0],
          [2, 1],
        ],
      },
      { ...L.depthwise(2, 3, 1, 'relu6'), dilation: [2, 1], padding: 'valid' } as LayerSpec,
      { ...L.conv(3, 2, 2), dilation: [1, 2] } as LayerSpec,
      L.dense(3),
    ],
    kinds: 'conv_2d pad depthwise_conv_2d conv_2d fully_connected',
  },
  'squeeze and excite': {
    input: [5, 6, 3],
    layers: [
      L.named('body', L.conv(6, 3, 1, 'relu')),
      L.globalAverage,
      L.dense(2, 'relu'),
      L.named('gates', L.dense(6, 'sigmoid')),
      L.named('excited', L.mul(['gates', 'body'], 'relu6')),
      L.named('narrow', L.reshape(1, 1, 6), ['gates']),
      L.mul(['excited', 'narrow']),
      L.dense(3),
    ],
    kinds: 'conv_2d mean fully_connected fully_connected lookup mul mul fully_connected',
  },
  'branches that are joined': {
    input: [6, 5, 3],
    layers: [
      L.named('a', L.conv(4, 3, 1, 'relu')),
      L.named('b', L.conv(5, 3), ['input']),
      L.named('c', L.pool('max_pool_2d', 3, 1), ['b']),
      L.named('d', L.conv(2, 1, 1, 'tanh'), ['a']),
      L.concatenation(['a', 'c', 'd', 'input', 'a']),
      L.conv(3, 3, 2, 'relu'),
      L.dense(3),
    ],
    kinds:
      'conv_2d conv_2d max_pool_2d conv_2d lookup lookup lookup lookup lookup concatenation conv_2d fully_connected',
  },
  'norms of vectors, reshapes that stay and that go': {
    input: [12],
    layers: [
      L.norm(),
      L.reshape(3, 4),
      L.reshape(2, 6),
      L.reshape(2, 3, 2),
      L.conv(2, 2, 1, 'relu'),
      L.reshape(3, 4),
      L.dense(3),
    ],
    kinds: 'reshape depthwise_conv_2d reshape conv_2d fully_connected',
  },
};

const isConstant = (tensor: Tensor): boolean => tensor.data !== null && tensor.role !== 'table';

/** The prepared float graph with the weights that the integers stand for. */
function dequantized(float: FloatGraph, int8: QuantizedGraph): FloatGraph {
  const tensors = float.tensors.map((tensor, id) => {
    if (!isConstant(tensor)) return tensor;
    const { data, quant, shape } = int8.tensors[id];
    const inner = quant!.axis === null ? 1 : shape.slice(quant!.axis + 1).reduce((n, d) => n * d, 1);
    const scaleAt = (i: number): number => quant!.scale[Math.floor(i / inner) % quant!.scale.length];
    return { ...tensor, data: Float32Array.from(data!, (q, i) => q * scaleAt(i)) };
  });
  return { ...float, tensors };
}

/** One float op on these inputs. */
function floatOp(graph: FloatGraph, op: FloatOp, inputs: readonly Float32Array[]): Float32Array {
  const constant = (id: number): Float32Array => graph.tensors[id].data as Float32Array;
  const shape = (id: number): readonly number[] => graph.tensors[id].shape;
  const output = new Float32Array(shape(op.output).reduce((n, d) => n * d, 1));
  if (op.kind === 'lookup') lookupFloat(op, inputs[0], output);
  else if (isLayerOp(op)) {
    const { spec } = op;
    const parameters = op.parameters.map(constant);
    floatForward({
      spec,
      inputShapes: op.inputs.map(shape),
      outputShape: shape(op.output),
      inputs,
      parameters,
      output,
    });
  } else {
    const { activation } = op;
    const bias = op.bias === null ? null : constant(op.bias);
    fullyConnectedFloat(
      { ...fullyConnectedSize(graph, op), weights: constant(op.weights), bias, activation },
      inputs[0],
      output,
    );
  }
  return output;
}

/**
 * Largest distance, in steps of its output, of an integer op from the float op on the same values, within int8's reach.
 * The float op knows nothing of scales, so this holds every multiplier, pad, clamp and table against it.
 */
function opErrors(float: FloatGraph, int8: QuantizedGraph, input: Float32Array): number[] {
  const graph = dequantized(float, int8);
  const { tensors } = runInt8(int8, quantizeInput(int8, input));
  const real = (id: number): Float32Array => {
    const { scale, zeroPoint } = int8.tensors[id].quant!;
    return Float32Array.from(tensors.get(id)!, (q) => scale[0] * (q - zeroPoint[0]));
  };
  return float.ops.map((op) => {
    const wanted = floatOp(graph, op, (isLayerOp(op) ? op.inputs : [op.input]).map(real));
    const { scale, zeroPoint } = int8.tensors[op.output].quant!;
    const bytes = tensors.get(op.output)!;
    return wanted.reduce((worst, v, i) => {
      const q = Math.max(-128, Math.min(127, v / scale[0] + zeroPoint[0]));
      return Math.max(worst, Math.abs(q - bytes[i]));
    }, 0);
  });
}

void t.test('every integer op is its float op to within rounding', async (t) => {
  for (const [name, { input, layers, kinds }] of Object.entries(NETWORKS)) {
    for (const bias of [true, false]) {
      for (const rounding of ['tflite', 'single'] as const) {
        const graph = validateGraph(layered(input, layers, bias));
        const samples = randomSamples(
          5,
          30,
          input.reduce((n, d) => n * d, 1),
        );
        const float = validateGraph(withWidths(prepare(graph), OPTIONS).graph);
        const { output, report } = quantize(graph, samples, { ...OPTIONS, rounding });
        t.equal(output.ops.map((op) => op.kind).join(' '), kinds, name);
        t.equal(report.layers.length, output.ops.length);
        for (const n of [0, 7, 19]) {
          opErrors(float, output, sampleOf(samples, n)).forEach((error, k) => {
            const { kind } = output.ops[k];
            // Rounding twice, as tables always do, may be off by three quarters, and an add rounds its inputs in fixed point before.
            t.ok(
              error < (rounding === 'tflite' || kind === 'lookup' ? 0.76 : 0.57),
              `${name}, ${rounding}: ${output.ops[k].name} (${kind}) is off by ${error} steps`,
            );
          });
        }
        // Layers that are joined share the range of the widest.
        const least = kinds.includes('concatenation') ? 15 : 20;
        for (const layer of report.layers)
          t.ok(layer.sqnrDb === null || layer.sqnrDb > least, `${layer.name}: ${layer.sqnrDb} dB`);
      }
    }
  }
});

void t.test('prepared networks compute what they computed', async (t) => {
  for (const [name, { input, layers }] of Object.entries(NETWORKS)) {
    const graph = layered(input, layers);
    const samples = randomSamples(
      2,
      3,
      input.reduce((n, d) => n * d, 1),
    );
    for (let n = 0; n < samples.count; n++) {
      const [before, after] = [graph, prepare(graph)].map((g) => runFloat(g, sampleOf(samples, n)).output);
      before.forEach((v, i) =>
        t.ok(Math.abs(v - after[i]) < 1e-5 * Math.max(1, Math.abs(v)), `${name}: ${v} ${after[i]}`),
      );
    }
  }
});

void t.test('as TFLite wants it: pools and reshapes keep the quantization, tables end where they must', async (t) => {
  const { input, layers } = NETWORKS['pools with norms and activations behind them'];
  const samples = randomSamples(5, 30, 98);
  const { output } = quantize(layered(input, layers), samples, OPTIONS);
  for (const op of output.ops) {
    const [from, to] = [op.input, op.output].map((id) => output.tensors[id].quant!);
    if (['average_pool_2d', 'max_pool_2d', 'reshape'].includes(op.kind)) t.same(from, to, op.name);
    if (op.kind === 'lookup' && op.activation === 'relu6') t.same(from, to);
    if (op.kind === 'lookup' && op.activation === 'sigmoid')
      t.same(to, { scale: [1 / 256], zeroPoint: [-128], axis: null });
    if (op.kind === 'depthwise_conv_2d') t.equal(output.tensors[op.weights].quant!.axis, 2);
  }
});

void t.test('joined layers share one quantization, and what changes nothing goes away', async (t) => {
  const layers = [
    L.named('a', L.conv(4, 3, 1, 'relu')),
    L.named('b', L.pool('max_pool_2d', 3, 1), ['input']),
    L.named('c', L.conv(5, 1), ['b']),
    L.named('d', L.pool('average_pool_2d', 3, 1), ['c']),
    L.concatenation(['a', 'd']),
    L.dense(3),
  ];
  const graph = layered([6, 6, 3], layers);
  for (const activationBits of [8, 16] as const) {
    const { output } = quantize(graph, randomSamples(5, 30, 108), { ...OPTIONS, activationBits });
    const joined = output.ops.find((op) => op.kind === 'concatenation')!;
    for (const id of joined.inputs) t.same(output.tensors[id].quant, output.tensors[joined.output].quant);
    const { output: optimized } = optimize(output, { learn: null });
    const left = optimized.ops.map(({ kind }) => kind).join(' ');
    t.equal(left, 'conv_2d max_pool_2d conv_2d average_pool_2d concatenation fully_connected');
  }
});

void t.test('an activation on a tensor that others read stays out of its op', async (t) => {
  const graph = layered(
    [4, 4, 2],
    [
      L.named('a', L.conv(2)),
      L.named('b', L.activation('relu'), ['a']),
      L.named('c', L.activation('none'), ['a']),
      L.add(['a', 'b', 'c']),
      L.activation('none'),
      L.dense(3),
    ],
  );
  const prepared = validateGraph(prepare(graph));
  t.same(
    prepared.ops.map((op) => op.kind),
    ['conv_2d', 'lookup', 'add', 'add', 'fully_connected'],
  );
  const x = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
  const [plain, short] = [graph, prepared].map((g) => runFloat(g, x).output);
  plain.forEach((v, i) => t.ok(Math.abs(v - short[i]) < 1e-5));
});

void t.test('sums, means and nets of zeros keep their multipliers in range', async (t) => {
  for (const layers of [
    [L.named('a', L.conv(2)), L.add(['a', 'a'], 'relu6'), L.globalAverage, L.dense(3)],
    [L.globalAverage, L.norm('relu'), L.dense(3)],
  ]) {
    const float = layered([4, 4, 2], layers);
    const still = { ...randomSamples(1, 5, 32), values: new Float32Array(160) };
    t.doesNotThrow(() => quantize(float, still, OPTIONS));
    const zeros = {
      ...float,
      tensors: float.tensors.map((x) => (x.data === null ? x : { ...x, data: x.data.map(() => 0) })),
    };
    // Variances of 0 and gammas of 0 are legal: epsilon stands beside them.
    const samples = randomSamples(1, 5, 32);
    const { output } = quantize(zeros as FloatGraph, samples, OPTIONS);
    t.ok(
      runInt8(output, quantizeInput(output, sampleOf(samples, 1))).output.every(
        (q) => q === output.tensors[output.output].quant!.zeroPoint[0],
      ),
    );
  }
});

void t.test('what is made here can be written as .tflite and read back, every integer the same', async (t) => {
  for (const [name, { input, layers }] of Object.entries(NETWORKS)) {
    const samples = randomSamples(
      5,
      30,
      input.reduce((n, d) => n * d, 1),
    );
    for (const weights of ['per-channel', 'per-tensor'] as const) {
      const { output } = quantize(layered(input, layers), samples, { ...OPTIONS, weights });
      const again = importTflite(exportTflite(output, 'test'), { name: 'net', toolVersion: '0', rounding: 'tflite' });
      for (const n of [0, 7]) {
        const bytes = quantizeInput(output, sampleOf(samples, n));
        t.same(runInt8(again, bytes).output, runInt8(output, bytes).output, `${name}, ${weights}`);
      }
    }
  }
});
