import { readSample, type Dataset, type Samples } from '../ir/dataset.js';
import { selectSamples } from '../ir/select-samples.js';
import type { Pictures } from './report-data.js';

/** More classes than this do not fit in a row. */
const MOST = 10;

/** The first test sample of each class before and after `drift`; null where samples are no grey pictures. */
export function samplePictures(dataset: Dataset, drift: (samples: Samples) => Samples): Pictures | null {
  const { inputShape, classNames, test } = dataset;
  if (inputShape.length !== 2) return null;
  const classes = classNames.map((_, c) => c).filter((c) => test.labels.includes(c));
  const shown = classes.slice(0, MOST);
  const before = selectSamples(
    test,
    shown.map((c) => test.labels.indexOf(c)),
  );
  const [height, width] = inputShape;
  return {
    width,
    height,
    names: shown.map((c) => classNames[c]),
    before: greys(before),
    after: greys(drift(before)),
  };
}

/** Real values from 0 to 1 as bytes from black to white. */
function greys(samples: Samples): Uint8Array[] {
  const real = new Float32Array(samples.inputSize);
  return Array.from({ length: samples.count }, (_, n) => {
    readSample(samples, n, real);
    return Uint8Array.from(real, (v) => Math.max(0, Math.min(255, Math.round(255 * v))));
  });
}
