// The engine in use and the scalar reference of the graph that comes out: the same network.
import t from 'tap';
import { runFloat } from '../../src/ir/interpret.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { initialParameters } from '../../src/train/initializers.js';
import { toGraph } from '../../src/train/to-graph.js';
import { Rng } from '../../src/util/rng.js';
import { layerCases } from './layer-cases.js';

const ROWS = 3;

t.test('every layer type', (test) => {
  for (const { name, layers, inputShape } of layerCases()) {
    const plan = planNetwork({ bias: true, layers }, inputShape);
    const rng = new Rng(8);
    const rule = { ...TRAIN_DEFAULTS, optimizer: { type: 'sgd', learningRate: 0.1 } } as const;
    const network = WasmEngine.solo().build(plan, rule, ROWS);
    // Every constant away from its beginning; variances stay positive.
    network.writeParameters(initialParameters(plan, 'he_uniform', 4).map((a) => a.map((v) => v + rng.range(0, 0.3))));
    for (let i = 0; i < ROWS * plan.inputSize; i++) network.input[i] = rng.range(-1, 1);
    for (let r = 0; r < ROWS; r++) network.labels[r] = r % 2;
    // Leaves masks and batch statistics behind, which must not matter afterwards.
    network.step({ rows: ROWS, step: 0, learningRate: 0.01 });
    network.evaluate(ROWS);
    const dataset = { inputShape, classNames: ['a', 'b'] } as never;
    const graph = toGraph(plan, network.readParameters(), 'net', dataset, { toolVersion: '0', seed: 1, inputs: {} });
    let worst = 0;
    const size = plan.layers[plan.output].outputSize;
    for (let r = 0; r < ROWS; r++) {
      const { output } = runFloat(graph, network.input.slice(r * plan.inputSize, (r + 1) * plan.inputSize));
      output.forEach((v, i) => (worst = Math.max(worst, Math.abs(v - network.outputs[r * size + i]))));
    }
    test.ok(worst < 2e-5, `${name}: ${String(worst)}`);
  }
  test.end();
});
