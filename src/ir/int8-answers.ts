import { accuracyReport, argmax } from './accuracy.js';
import { anomalyReport, reconstructionError } from './anomaly.js';
import { readSample, type Samples } from './dataset.js';
import { reconstructTask, type QuantizedGraph } from './graph.js';
import type { AccuracyReport } from './report.js';
import type { Integers } from './tensor.js';

/** What an int8 network, wherever it runs, answered to `samples`: classes, or anomaly scores if that is its task. */
export class Int8Answers {
  private readonly classes: Uint16Array;
  /** Of an autoencoder: anomaly scores by sample. */
  readonly scores: Float64Array;
  private readonly real: Float32Array;

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly samples: Samples,
  ) {
    this.classes = new Uint16Array(samples.count);
    this.scores = new Float64Array(samples.count);
    this.real = new Float32Array(samples.inputSize);
  }

  /** The output for sample `n`. A score is that of the output as real numbers against the sample before quantization. */
  add(n: number, output: Integers): void {
    if (reconstructTask(this.graph) === null) {
      this.classes[n] = argmax(output);
      return;
    }
    readSample(this.samples, n, this.real);
    const { scale, zeroPoint } = this.graph.tensors[this.graph.output].quant!;
    const reconstruction = Float64Array.from(output, (q) => scale[0] * (q - zeroPoint[0]));
    this.scores[n] = reconstructionError(this.real, reconstruction);
  }

  report(): AccuracyReport {
    const { labels } = this.samples;
    const { classNames } = this.graph;
    const task = reconstructTask(this.graph);
    if (task !== null) return anomalyReport(labels, this.scores, task);
    return accuracyReport(labels, this.classes, classNames.length);
  }
}
