// Layers as ops of a float graph: forward by hand-computed numbers, round trip, and what validation refuses.
import t from 'tap';
import { floatForward, type LayerOpSpec } from '../../../src/ir/float-forward.js';
import type { FloatGraph, LayerOp } from '../../../src/ir/graph.js';
import { graphFromFiles, graphToFiles } from '../../../src/ir/graph-file.js';
import { graphMacs, runFloat } from '../../../src/ir/interpret.js';
import { layerRule } from '../../../src/ir/layer-rules.js';
import { planNetwork } from '../../../src/ir/plan-network.js';
import { elementCount } from '../../../src/ir/tensor.js';
import { validateGraph } from '../../../src/ir/validate-graph.js';
import { initialParameters } from '../../../src/train/initializers.js';
import { toGraph } from '../../../src/train/to-graph.js';

function forward(
  spec: LayerOpSpec,
  inputShape: readonly number[],
  inputs: readonly (readonly number[])[],
  parameters: readonly (readonly number[])[] = [],
): number[] {
  return forwardOf(
    spec,
    inputs.map(() => inputShape),
    inputs,
    parameters,
  );
}

function forwardOf(
  spec: LayerOpSpec,
  inputShapes: readonly (readonly number[])[],
  inputs: readonly (readonly number[])[],
  parameters: readonly (readonly number[])[] = [],
): number[] {
  const outputShape = layerRule(spec).outputShape(spec, inputShapes);
  if (typeof outputShape === 'string') throw new Error(outputShape);
  const output = new Float32Array(elementCount(outputShape));
  const floats = (arrays: readonly (readonly number[])[]): Float32Array[] => arrays.map((a) => Float32Array.from(a));
  floatForward({ spec, inputShapes, outputShape, inputs: floats(inputs), parameters: floats(parameters), output });
  return [...output].map((v) => Math.round(v * 1e5) / 1e5);
}

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

t.test('images', (test) => {
  const window = { kernel: [2, 2], strides: [1, 1], activation: 'none' } as const;
  const conv = { type: 'conv_2d', filters: 1, ...window } as const;
  // Weights 1, 10, 100, 1000 spell out which neighbours were read.
  const spell = [1, 10, 100, 1000];
  test.same(forward({ ...conv, padding: 'valid' }, [3, 3], [NINE], [spell]), [5421, 6532, 8754, 9865]);
  test.same(
    forward({ ...conv, padding: 'same' }, [3, 3], [NINE], [spell, [0.5]]),
    [5421.5, 6532.5, 603.5, 8754.5, 9865.5, 906.5, 87.5, 98.5, 9.5],
    'the missing column and row are right and below',
  );
  test.same(forward({ ...conv, padding: 'valid', activation: 'relu6' }, [3, 3], [NINE], [[1, 0, 0, 0]]), [1, 2, 4, 5]);
  const two = forward(
    { ...conv, filters: 2, kernel: [1, 1], padding: 'valid' },
    [1, 2, 2],
    [[1, 2, 3, 4]],
    [[1, 10, 100, 1000]],
  );
  test.same(two, [21, 2100, 43, 4300], 'channels last; weights are [filter][row][column][channel]');
  const depthwise = { type: 'depthwise_conv_2d', multiplier: 2, ...window, kernel: [1, 2], padding: 'valid' } as const;
  test.same(
    forward(depthwise, [1, 2, 2], [[1, 2, 3, 4]], [[1, 10, 100, 1000, 2, 20, 200, 2000]]),
    [1 + 6, 10 + 60, 200 + 800, 2000 + 8000],
    'weights are [row][column][channel · multiplier]',
  );
  const pool = { pool: [2, 2], strides: [2, 2], padding: 'same' } as const;
  test.same(forward({ type: 'max_pool_2d', ...pool }, [3, 3], [NINE.map((v) => -v)]), [-1, -3, -7, -9]);
  test.same(forward({ type: 'average_pool_2d', ...pool }, [3, 3], [NINE]), [3, 4.5, 7.5, 9]);
  test.same(forward({ type: 'global_average_pool_2d' }, [2, 2, 2], [[1, 10, 2, 20, 3, 30, 4, 40]]), [2.5, 25]);
  test.same(
    forward({ ...conv, dilation: [2, 2], padding: 'valid' }, [3, 3], [NINE], [spell]),
    [1 + 30 + 700 + 9000],
    'every second place',
  );
  test.same(forward({ ...conv, dilation: [1, 2], padding: 'same' }, [1, 3], [[1, 2, 3]], [spell]), [20, 31, 2]);
  const frame = {
    type: 'pad',
    pads: [
      [1, 0],
      [0, 2],
    ],
  } as const;
  test.same(forward(frame, [2, 1, 2], [[1, 2, 3, 4]]), [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0]);
  const norm = { type: 'batch_norm', momentum: 0.9, epsilon: 0.25, activation: 'relu' } as const;
  const normed = forward(
    norm,
    [2, 2],
    [[5, 1, 1, -9]],
    [
      [2, 1],
      [1, 0],
      [1, 1],
      [3.75, 0.75],
    ],
  );
  test.same(normed, [5, 0, 1, 0]);
  test.same(
    forward(
      { type: 'add', activation: 'relu' },
      [2],
      [
        [1, -2],
        [2, 1],
        [3, 0],
      ],
    ),
    [6, 0],
  );
  test.end();
});

t.test('branches', (test) => {
  const product = { type: 'mul', activation: 'none' } as const;
  test.same(
    forwardOf(
      product,
      [[3], [3]],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ),
    [4, 10, 18],
  );
  const image = [1, 2, 3, 4, 5, 6, 7, 8];
  const scaled = [10, 2000, 30, 4000, 50, 6000, 70, 8000];
  test.same(forwardOf(product, [[2, 2, 2], [2]], [image, [10, 1000]]), scaled, 'one factor a channel');
  test.same(
    forwardOf(
      product,
      [
        [1, 1, 2],
        [2, 2, 2],
      ],
      [[10, 1000], image],
    ),
    scaled,
    'in either order',
  );
  const join = (axis: number): number[] =>
    forwardOf(
      { type: 'concatenation', axis },
      [
        [2, 2, 1],
        [2, 2, 1],
      ],
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    );
  test.same(join(0), [1, 2, 3, 4, 5, 6, 7, 8]);
  test.same(join(1), [1, 2, 5, 6, 3, 4, 7, 8]);
  test.same(join(-1), [1, 5, 2, 6, 3, 7, 4, 8]);
  const refused = (spec: LayerOpSpec, shapes: readonly (readonly number[])[], why: RegExp): void => {
    test.match(layerRule(spec).outputShape(spec, shapes), why);
  };
  refused(product, [[2, 3, 4], [3]], /last axes/);
  refused(product, [[4]], /two layers/);
  refused(
    { type: 'concatenation', axis: 3 },
    [
      [2, 2],
      [2, 2],
    ],
    /no axis 3/,
  );
  refused(
    { type: 'concatenation', axis: 0 },
    [
      [2, 2],
      [2, 3],
    ],
    /cannot join \[2, 2\] and \[2, 3\]/,
  );
  refused(
    {
      type: 'pad',
      pads: [
        [1, 1],
        [1, 1],
      ],
    },
    [[4]],
    /pads 2 axes/,
  );
  test.end();
});

t.test('sequences', (test) => {
  const rnn = { type: 'simple_rnn', units: 1, activation: 'none' } as const;
  const run = (output: 'sequence' | 'last' | 'mean'): number[] =>
    forward({ ...rnn, output }, [3, 1], [[1, 2, 3]], [[1], [0.5], [1]]);
  test.same(run('sequence'), [2, 4, 6]);
  test.same([run('last'), run('mean')], [[6], [4]]);
  const gru = { type: 'gru', units: 1, output: 'sequence' } as const;
  const sigma = (a: number): number => 1 / (1 + Math.exp(-a));
  let h = 0;
  const expected = [0.5, -1].map((x) => {
    const z = sigma(0.3 * x - 0.2 * h + 0.1);
    const r = sigma(-0.4 * x + 0.7 * h);
    h = z * h + (1 - z) * Math.tanh(0.9 * x + 0.6 * (r * h) - 0.3);
    return Math.round(h * 1e5) / 1e5;
  });
  test.same(
    forward(
      gru,
      [2, 1],
      [[0.5, -1]],
      [
        [0.3, -0.4, 0.9],
        [-0.2, 0.7, 0.6],
        [0.1, 0, -0.3],
      ],
    ),
    expected,
  );
  const snu = {
    type: 'snu',
    units: 1,
    recurrent: false,
    decay: 0.5,
    threshold: 1,
    activation: 'relu',
    output: 'sequence',
  } as const;
  // Membrane 0.8, 1.2 (spike), then 0.8 again: the spike has emptied it.
  test.same(forward({ ...snu, soft: false }, [4, 1], [[0.8, 0.8, 0.8, 0.1]], [[1], [-1]]), [0, 1, 0, 0]);
  const back = forward({ ...snu, soft: false, recurrent: true }, [3, 1], [[2, 0.4, 0.4]], [[1], [0.7], [-1]]);
  test.same(back, [1, 1, 1], 'its own spike comes back through the recurrent weight');
  const soft = forward({ ...snu, soft: true }, [2, 1], [[1, 1]], [[1], [0]]);
  const y = sigma(1);
  test.same(
    soft,
    [y, sigma(1 + 0.5 * (1 - y))].map((v) => Math.round(v * 1e5) / 1e5),
  );
  const rate = { type: 'rate_code', steps: 2000, gain: 0.5, seed: 3 } as const;
  const spikes = forward(rate, [3], [[0, 1, 4]]);
  const rates = [0, 1, 2].map((f) => spikes.filter((s, i) => i % 3 === f && s === 1).length / 2000);
  test.same([rates[0], rates[2]], [0, 1]);
  test.ok(Math.abs(rates[1] - 0.5) < 0.03, String(rates[1]));
  test.end();
});

const MODEL = {
  bias: true,
  layers: [
    { type: 'conv_2d', name: 'stem', filters: 4, kernel: [3, 3], strides: [1, 1], padding: 'same', activation: 'none' },
    { type: 'batch_norm', name: 'norm', momentum: 0.9, epsilon: 0.001, activation: 'relu' },
    { type: 'conv_2d', name: 'main', filters: 4, kernel: [1, 1], strides: [1, 1], padding: 'same', activation: 'none' },
    { type: 'add', name: 'sum', from: ['main', 'norm'], activation: 'relu' },
    { type: 'dropout', rate: 0.5 },
    { type: 'reshape', shape: [6, 24] },
    { type: 'gru', name: 'memory', units: 5, output: 'last' },
    { type: 'dense', units: 3, activation: 'none', dropout: 0 },
  ],
} as const;

function exampleGraph(): FloatGraph {
  const plan = planNetwork(MODEL, [6, 6]);
  const provenance = { toolVersion: '0', seed: 1, inputs: {} };
  const dataset = { inputShape: [6, 6], classNames: ['a', 'b', 'c'] } as never;
  return toGraph(plan, initialParameters(plan, 'he_uniform', 1), 'example', dataset, provenance);
}

t.test('a graph of layers: made, saved, read, run', (test) => {
  const graph = validateGraph(exampleGraph());
  const kinds = ['conv_2d', 'batch_norm', 'conv_2d', 'add', 'reshape', 'gru', 'fully_connected'];
  test.same(
    graph.ops.map((op) => op.kind),
    kinds,
    'a dropout leaves no op',
  );
  const memory = graph.ops[5] as LayerOp;
  test.match(graph.tensors[memory.state!], { name: 'memory_state', shape: [5], role: 'state', data: null });
  const norm = graph.ops[1] as LayerOp;
  test.same(
    norm.parameters.map((id) => [...(graph.tensors[id].data as Float32Array)].slice(0, 2)),
    [
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ],
  );
  test.equal(graphMacs(graph), 36 * 9 * 4 + 36 * 4 * 4 + 6 * 15 * 29 + 15);
  const { json, bin } = graphToFiles(graph);
  const again = graphFromFiles(json, bin) as FloatGraph;
  const input = Float32Array.from({ length: 36 }, (_, i) => (i % 7) / 7);
  const { output, tensors } = runFloat(again, input);
  test.same(output, runFloat(graph, input).output);
  test.ok(output.every((v) => Number.isFinite(v)) && new Set(output).size === 3);
  const sum = tensors.get(graph.ops[3].output)!;
  const [main, skip] = (graph.ops[3] as LayerOp).inputs.map((id) => tensors.get(id)!);
  test.ok(sum.every((v, i) => v === Math.max(0, Math.fround(main[i] + skip[i]))));
  test.end();
});

t.test('what validation refuses', (test) => {
  const broken = (k: number, change: Partial<Record<keyof LayerOp, unknown>>, check: string): void => {
    const graph = exampleGraph();
    const ops = graph.ops.map((op, i) => (i === k ? { ...op, ...change } : op)) as FloatGraph['ops'];
    test.throws(() => validateGraph({ ...graph, ops }), { code: 'GRAPH_INVALID', context: { check } });
  };
  const [stem, , , add] = exampleGraph().ops as LayerOp[];
  broken(0, { kind: 'lstm' }, 'op-operands');
  broken(0, { inputs: 'x' }, 'op-operands');
  broken(0, { spec: null }, 'op-operands');
  broken(0, { parameters: [stem.output] }, 'op-operands');
  broken(5, { state: 0 }, 'op-operands');
  broken(3, { inputs: [add.input, 99] }, 'op-operands');
  broken(3, { inputs: [add.input, add.output] }, 'execution-order');
  broken(0, { spec: { type: 'conv_2d' } }, 'op-shapes');
  broken(0, { spec: { ...stem.spec, filters: 5 } }, 'op-shapes');
  broken(0, { parameters: [] }, 'op-shapes');
  broken(1, { parameters: [...(exampleGraph().ops[1] as LayerOp).parameters].slice(0, 3) }, 'op-shapes');
  const graph = exampleGraph();
  test.throws(() => validateGraph({ ...graph, stage: 'quantized' } as never), { code: 'GRAPH_INVALID' });
  test.end();
});
