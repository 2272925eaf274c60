import { accuracyReport, argmax } from '../ir/accuracy.js';
import type { Samples } from '../ir/dataset.js';
import type { AccuracyReport } from '../ir/report.js';
import { BatchLoader } from './batch-loader.js';
import type { TrainingNetwork } from './engine.js';

/** Classes that the network as it stands gives to all samples, measured by the engine. */
export function evaluateNetwork(network: TrainingNetwork, samples: Samples, classes: number): AccuracyReport {
  const loader = new BatchLoader(samples);
  const indices = Uint32Array.from({ length: samples.count }, (_, i) => i);
  const predicted = new Uint16Array(samples.count);
  for (let from = 0; from < samples.count; from += network.maxRows) {
    const rows = loader.load(network, indices, from, network.maxRows);
    network.evaluate(rows);
    const { outputs } = network;
    for (let r = 0; r < rows; r++) predicted[from + r] = argmax(outputs.subarray(r * classes, (r + 1) * classes));
  }
  return accuracyReport(samples.labels, predicted, classes);
}
