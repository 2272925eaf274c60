import { accuracyReport, argmax } from '../ir/accuracy.js';
import type { Samples } from '../ir/dataset.js';
import type { AccuracyReport } from '../ir/report.js';
import { anomalyReport, reconstructionError } from '../ir/anomaly.js';
import type { ReconstructTask } from '../ir/graph.js';
import { BatchLoader } from './batch-loader.js';
import type { TrainingNetwork } from './engine.js';

/** Classes that the network as it stands gives to all samples, measured by the engine. */
export function evaluateNetwork(network: TrainingNetwork, samples: Samples, classes: number): AccuracyReport {
  const predicted = new Uint16Array(samples.count);
  eachOutput(network, samples, (n, _input, output) => (predicted[n] = argmax(output)));
  return accuracyReport(samples.labels, predicted, classes);
}

/** Anomaly scores that an autoencoder as it stands gives to all samples. */
export function reconstructionErrors(network: TrainingNetwork, samples: Samples): Float64Array {
  const errors = new Float64Array(samples.count);
  eachOutput(network, samples, (n, input, output) => (errors[n] = reconstructionError(input, output)));
  return errors;
}

/** Verdicts that an autoencoder as it stands gives to all samples. */
export function evaluateAutoencoder(network: TrainingNetwork, samples: Samples, task: ReconstructTask): AccuracyReport {
  return anomalyReport(samples.labels, reconstructionErrors(network, samples), task);
}

/** @param visit gets views that hold until the next batch */
function eachOutput(
  network: TrainingNetwork,
  samples: Samples,
  visit: (n: number, input: Float32Array, output: Float32Array) => void,
): void {
  const loader = new BatchLoader(samples);
  const indices = Uint32Array.from({ length: samples.count }, (_, i) => i);
  const { inputSize, layers, output } = network.plan;
  const { outputSize } = layers[output];
  for (let from = 0; from < samples.count; from += network.maxRows) {
    const rows = loader.load(network, indices, from, network.maxRows);
    network.evaluate(rows);
    const { input, outputs } = network;
    for (let r = 0; r < rows; r++) {
      const x = input.subarray(r * inputSize, (r + 1) * inputSize);
      visit(from + r, x, outputs.subarray(r * outputSize, (r + 1) * outputSize));
    }
  }
}
