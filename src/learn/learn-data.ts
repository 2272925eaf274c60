import type { Dataset, Samples } from '../ir/dataset.js';
import { firstSamples } from '../ir/dataset.js';
import type { LearnRunOptions } from '../ir/options.js';
import { selectSamples } from '../ir/select-samples.js';
import { Rng } from '../util/rng.js';

/** What a learning session on a device needs. */
export interface LearnData {
  /** Labelled samples of the changed world, in the order they are streamed: as many as there are steps. */
  readonly stream: Samples;
  /** Samples of the changed world that are never learned from. */
  readonly heldOut: Samples;
  /** The same samples as `heldOut`, unchanged: what may be forgotten. */
  readonly original: Samples;
}

/**
 * The stream is drawn from the training samples (all of them once, in random order, before any comes again), the
 * held-out ones are the first of the test samples. `drift` changes the world.
 */
export function learnData(
  dataset: Dataset,
  options: Pick<LearnRunOptions, 'steps' | 'holdOut' | 'seed'>,
  drift: (samples: Samples) => Samples,
): LearnData {
  const rng = Rng.forPurpose(options.seed, 'learn-stream');
  const order = new Uint32Array(options.steps);
  const pool = Uint32Array.from({ length: dataset.train.count }, (_, i) => i);
  for (let at = 0; at < order.length && pool.length > 0; at += pool.length) {
    rng.shuffle(pool);
    order.set(pool.subarray(0, order.length - at), at);
  }
  const original = firstSamples(dataset.test, options.holdOut);
  const stream = selectSamples(dataset.train, pool.length > 0 ? order : []);
  return { stream: drift(stream), heldOut: drift(original), original };
}
