import type { QuantizedGraph } from '../../ir/graph.js';
import { argmax } from '../../ir/accuracy.js';
import { runInt8 } from '../../ir/interpret.js';
import { quantizeInput } from '../../ir/quantize-input.js';
import { readSample, type Samples } from '../../ir/dataset.js';

/** What the device must answer for one sample. */
export interface ReferenceResult {
  readonly output: Int8Array;
  readonly classIndex: number;
}

/** The integer reference over a set of samples: turns them into model input and says what must come out. */
export class ReferenceRunner {
  private readonly real: Float32Array;

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly samples: Samples,
  ) {
    this.real = new Float32Array(samples.inputSize);
  }

  /** Sample `index` as the int8 model input. A fresh array. */
  input(index: number): Int8Array {
    readSample(this.samples, index, this.real);
    return quantizeInput(this.graph, this.real);
  }

  run(input: Int8Array): ReferenceResult {
    const { output } = runInt8(this.graph, input);
    return { output, classIndex: argmax(output) };
  }
}
