import { ToolError } from '../errors/tool-error.js';
import type { Samples } from '../ir/dataset.js';
import { readSample } from '../ir/dataset.js';
import type { FloatGraph } from '../ir/graph.js';
import { runFloat } from '../ir/interpret.js';
import type { QuantizeOptions } from '../ir/options.js';
import { elementCount } from '../ir/tensor.js';
import { Rng } from '../util/rng.js';
import { layerOptions } from './layer-options.js';
import { makeObserver } from './observers/make-observer.js';
import type { Observer, Range } from './observers/observer.js';

/** A sample that calibration watches. */
export interface CalibrationSample {
  /** As real values. */
  readonly input: Float32Array;
  readonly label: number;
}

/** As many samples as the options ask for, drawn with the seed, in data set order. */
export function drawCalibration(graph: FloatGraph, samples: Samples, options: QuantizeOptions): CalibrationSample[] {
  const wanted = options.calibration.samples;
  if (samples.count === 0 || !(wanted >= 1)) {
    throw new ToolError(
      'QUANTIZE_EMPTY_CALIBRATION',
      `Calibration asks for ${wanted} of ${samples.count} samples: there is nothing to measure ranges on.`,
      { context: { wanted, available: samples.count } },
    );
  }
  const size = elementCount(graph.tensors[graph.input].shape);
  if (samples.inputSize !== size) {
    throw new ToolError(
      'INPUT_MISMATCH',
      `The calibration samples have ${samples.inputSize} values, the model takes ${size}.`,
      { context: { actual: samples.inputSize, expected: size } },
    );
  }
  const order = Uint32Array.from({ length: samples.count }, (_, i) => i);
  Rng.forPurpose(options.seed, 'calibration').shuffle(order);
  const chosen = order.subarray(0, Math.min(Math.floor(wanted), samples.count)).sort();
  return Array.from(chosen, (index) => {
    const real = new Float32Array(size);
    readSample(samples, index, real);
    const at = real.findIndex((v) => !Number.isFinite(v));
    if (at >= 0) {
      throw new ToolError('QUANTIZE_NON_FINITE', `Training sample ${index} holds ${real[at]} at value ${at}.`, {
        context: { sample: index, value: at },
      });
    }
    return { input: real, label: samples.labels[index] };
  });
}

/** The range of every tensor that is computed at run time, by id, over `inputs`. */
export function calibrate(
  graph: FloatGraph,
  inputs: readonly Float32Array[],
  options: QuantizeOptions,
): ReadonlyMap<number, Range> {
  const observers = new Map<number, Observer>([[graph.input, makeObserver(layerOptions(options, null))]]);
  for (const op of graph.ops) observers.set(op.output, makeObserver(layerOptions(options, op.name)));
  for (const input of inputs) {
    for (const [id, values] of runFloat(graph, input).tensors) {
      if (!values.every(Number.isFinite)) {
        throw new ToolError(
          'QUANTIZE_NON_FINITE',
          `Tensor '${graph.tensors[id].name}' overflows float32 on a training sample: the weights are too large.`,
          { context: { tensor: graph.tensors[id].name } },
        );
      }
      observers.get(id)!.observe(values);
    }
  }
  return new Map([...observers].map(([id, observer]) => [id, observer.range()]));
}
