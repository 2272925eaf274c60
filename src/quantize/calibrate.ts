import { ToolError } from '../errors/tool-error.js';
import type { Samples } from '../ir/dataset.js';
import { readSample } from '../ir/dataset.js';
import type { FloatGraph } from '../ir/graph.js';
import { runFloat } from '../ir/interpret.js';
import type { CalibrationMethod, QuantizeOptions } from '../ir/options.js';
import { elementCount } from '../ir/tensor.js';
import { Rng } from '../util/rng.js';
import type { Steps } from '../util/steps.js';
import { layerOptions } from './layer-options.js';
import { makeObserver } from './observers/make-observer.js';
import type { ActivationBits } from './schemes/activations.js';
import { isRescale, type WidthedGraph } from './widths.js';
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

/** What is lost by clipping is weighed against the steps of int8; those of int16 are too fine to clip anything for them. */
function methodFor(bits: ActivationBits, method: CalibrationMethod): CalibrationMethod {
  const weighsInt8 = method.method === 'mse' || method.method === 'entropy';
  return bits === 16 && weighsInt8 ? { ...method, method: 'minmax' } : method;
}

/** The range of every tensor that is computed at run time, by id, over `inputs`. */
export function* calibrateSteps(
  { graph, bits }: WidthedGraph,
  inputs: readonly Float32Array[],
  options: QuantizeOptions,
): Steps<ReadonlyMap<number, Range>> {
  const observers = new Map<number, Observer>();
  /** The layer that a tensor is of: what another width of it is, too. */
  const layers = new Map<number, string | null>();
  const observe = (tensor: number, layer: string | null): void => {
    layers.set(tensor, layer);
    observers.set(tensor, makeObserver(methodFor(bits.get(tensor)!, layerOptions(options, layer))));
  };
  observe(graph.input, null);
  for (const op of graph.ops) observe(op.output, isRescale(op) ? layers.get(op.input)! : op.name);
  for (const [n, input] of inputs.entries()) {
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
    yield { label: 'calibrate', done: n + 1, total: inputs.length };
  }
  return new Map([...observers].map(([id, observer]) => [id, observer.range()]));
}
