/**
 * Training samples per second of the WebAssembly engine, one thread, on random data: forward, factors, backward, update.
 * Prints a markdown table; rates are per second of CPU time, so that other work on the machine matters less.
 *
 *   npm run -s bench:train-speed
 */
import type { GrapesMode, ModelSpec } from '../src/ir/model-spec.js';
import { WasmEngine } from '../src/train/engines/wasm/wasm-engine.js';
import { Network } from '../src/train/network.js';
import { createOptimizer } from '../src/train/optimizers/create-optimizer.js';
import { Rng } from '../src/util/rng.js';

const WINDOW_MS = 1500;

function samplesPerSecond(hidden: readonly number[], rows: number, grapes: GrapesMode): number {
  const layers = [...hidden, 10].map((units, l) => {
    const activation = l === hidden.length ? 'none' : 'relu';
    return { type: 'dense', units, activation, dropout: 0 } as const;
  });
  const model: ModelSpec = { bias: false, layers };
  const engine = new WasmEngine();
  const network = new Network(engine, { inputs: 784, model, grapes, factorRule: 'per-node', maxRows: rows });
  network.initialize('he_uniform', 1);
  const rng = new Rng(1);
  for (let i = 0; i < 784 * rows; i++) network.input.values[i] = rng.uniform();
  for (let r = 0; r < rows; r++) network.labels.values[r] = r % 10;
  const optimizer = createOptimizer(engine, network.parameters, { type: 'sgd', learningRate: 0.001 });
  const step = (): void => {
    network.forward(rows, true);
    network.refreshFactors();
    network.backward(rows);
    optimizer.step(0.001);
  };
  for (let i = 0; i < 50; i++) step();
  const before = process.cpuUsage();
  let steps = 0;
  for (const end = performance.now() + WINDOW_MS; performance.now() < end; steps++) step();
  const { user, system } = process.cpuUsage(before);
  return (steps * rows) / ((user + system) / 1e6);
}

console.log('| network | batch | GRAPES | samples per CPU second |\n| --- | --- | --- | --- |');
for (const hidden of [
  [256, 256],
  [128, 64],
]) {
  for (const rows of [64, 32, 1]) {
    for (const grapes of ['propagating', 'off'] as const) {
      const rate = Math.round(samplesPerSecond(hidden, rows, grapes) / 100) * 100;
      console.log(`| 784-${hidden.join('-')}-10 | ${String(rows)} | ${grapes} | ${String(rate)} |`);
    }
  }
}
