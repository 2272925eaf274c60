import type { Samples } from '../ir/dataset.js';

/**
 * Feature by feature: minus the training mean, over the training deviation. A constant feature is only shifted.
 * @param features values that have a mean of their own; the value at index i of a sample belongs to feature
 *   i mod features, so for recordings [time, channels] it is the number of channels
 */
export function standardize(
  parts: ReadonlyMap<string, Samples>,
  features: number = trainOf(parts).inputSize,
): Map<string, Samples> {
  const { mean, deviation } = moments(trainOf(parts), features);
  const apply = (samples: Samples): Samples => {
    const values = new Float32Array(samples.count * samples.inputSize);
    eachValue(samples, features, (v, f, at) => {
      values[at] = (v - mean[f]) / deviation[f];
    });
    return { ...samples, values, scale: 1, offset: 0 };
  };
  return new Map([...parts].map(([part, samples]) => [part, apply(samples)]));
}

/** Mean and deviation of every feature; a constant one gets the deviation 1. */
function moments(train: Samples, features: number): { mean: Float64Array; deviation: Float64Array } {
  const count = (train.count * train.inputSize) / features;
  const mean = new Float64Array(features);
  const deviation = new Float64Array(features);
  eachValue(train, features, (v, f) => {
    mean[f] += v / count;
  });
  eachValue(train, features, (v, f) => {
    deviation[f] += ((v - mean[f]) * (v - mean[f])) / count;
  });
  for (let f = 0; f < features; f++) deviation[f] = deviation[f] > 0 ? Math.sqrt(deviation[f]) : 1;
  return { mean, deviation };
}

function trainOf(parts: ReadonlyMap<string, Samples>): Samples {
  const train = parts.get('train');
  if (train === undefined) throw new Error('a dataset has the part train');
  return train;
}

function eachValue(
  samples: Samples,
  features: number,
  visit: (value: number, feature: number, at: number) => void,
): void {
  const { values, scale, offset, inputSize } = samples;
  for (let at = 0; at < samples.count * inputSize; at++) visit(values[at] * scale + offset, at % features, at);
}

/**
 * One mean and one deviation for all values: the values stay as they are, scale and offset say what they stand for, so
 * that the quantization of a network's input can take them in.
 */
export function standardizeUniformly(parts: ReadonlyMap<string, Samples>): Map<string, Samples> {
  const { mean, deviation } = moments(trainOf(parts), 1);
  const scale = Math.fround(1 / deviation[0]);
  const offset = Math.fround(-mean[0] / deviation[0]);
  return new Map([...parts].map(([part, samples]) => [part, { ...samples, scale, offset }]));
}
