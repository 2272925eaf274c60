import type { QuantizedGraph } from '../../ir/graph.js';
import { runInt8 } from '../../ir/interpret.js';
import { quantizeInput } from '../../ir/quantize-input.js';
import type { Integers } from '../../ir/tensor.js';
import { readSample, type Samples } from '../../ir/dataset.js';

/** The integer reference over a set of samples: turns them into model input and says what must come out. */
export class ReferenceRunner {
  private readonly real: Float32Array;

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly samples: Samples,
  ) {
    this.real = new Float32Array(samples.inputSize);
  }

  /** Sample `index` as the model's input. A fresh array. */
  input(index: number): Integers {
    readSample(this.samples, index, this.real);
    return quantizeInput(this.graph, this.real);
  }

  /** What the device must answer to an input. */
  run(input: Integers): Integers {
    return runInt8(this.graph, input).output;
  }
}
