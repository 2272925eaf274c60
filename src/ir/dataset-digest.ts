import { canonicalJson, sha256Hex } from '../util/digest.js';
import type { Dataset, Samples } from './dataset.js';

const known = new WeakMap<Dataset, string>();

/** SHA-256 (hex) of all that training and testing can see of a dataset: samples, labels, shape and class names. */
export function datasetDigest(dataset: Dataset): string {
  let digest = known.get(dataset);
  if (digest === undefined) {
    const { name, inputShape, classNames } = dataset;
    const form = canonicalJson({ name, inputShape, classNames });
    const further: [string, Samples][] = Object.entries(dataset.extra).sort(([a], [b]) => (a < b ? -1 : 1));
    if (dataset.validation !== null) further.unshift(['validation', dataset.validation]);
    digest = sha256Hex(
      form,
      samplesDigest(dataset.train),
      samplesDigest(dataset.test),
      ...further.flatMap(([part, samples]) => [canonicalJson({ part }), samplesDigest(samples)]),
    );
    known.set(dataset, digest);
  }
  return digest;
}

function samplesDigest(samples: Samples): string {
  const { count, inputSize, values, scale, offset, labels } = samples;
  const form = canonicalJson({ count, inputSize, scale, offset, type: values.constructor.name });
  return sha256Hex(form, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), labels);
}
