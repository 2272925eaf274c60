import type { Samples } from '../ir/dataset.js';

interface Parts {
  readonly train: Samples;
  readonly test: Samples;
}

/** Feature by feature: minus the training mean, over the training deviation. A constant feature is only shifted. */
export function standardize({ train, test }: Parts): Parts {
  const features = train.inputSize;
  const mean = new Float64Array(features);
  const deviation = new Float64Array(features);
  eachValue(train, (v, f) => {
    mean[f] += v / train.count;
  });
  eachValue(train, (v, f) => {
    deviation[f] += ((v - mean[f]) * (v - mean[f])) / train.count;
  });
  for (let f = 0; f < features; f++) deviation[f] = deviation[f] > 0 ? Math.sqrt(deviation[f]) : 1;
  const apply = (samples: Samples): Samples => {
    const values = new Float32Array(samples.count * features);
    eachValue(samples, (v, f, at) => {
      values[at] = (v - mean[f]) / deviation[f];
    });
    return { ...samples, values, scale: 1, offset: 0 };
  };
  return { train: apply(train), test: apply(test) };
}

function eachValue(samples: Samples, visit: (value: number, feature: number, at: number) => void): void {
  const { values, scale, offset, inputSize } = samples;
  for (let at = 0; at < samples.count * inputSize; at++) visit(values[at] * scale + offset, at % inputSize, at);
}
