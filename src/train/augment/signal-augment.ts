import type { SignalAugmentOptions } from '../../ir/options.js';
import type { Augment } from './augment.js';

/**
 * Moves the signal in time by whole steps (the ends repeat), scales it, adds noise, and blanks a stretch of time and a run
 * of channels with the sample's mean, of random length up to the limit.
 */
export function signalAugment(
  { shift, scale, noise, maskSteps, maskChannels }: SignalAugmentOptions,
  [steps, channels]: readonly [number, number],
): Augment {
  const before = new Float32Array(steps * channels);
  return (values, rng) => {
    const by = rng.below(2 * shift + 1) - shift;
    const factor = 1 + rng.range(-scale, scale);
    before.set(values);
    for (let t = 0; t < steps; t++) {
      const from = Math.min(steps - 1, Math.max(0, t - by)) * channels;
      for (let c = 0; c < channels; c++) values[t * channels + c] = before[from + c] * factor;
    }
    if (noise > 0) for (let i = 0; i < values.length; i++) values[i] += noise * rng.normal();
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const time = stretch(steps, maskSteps, rng.uniform(), rng.uniform());
    const band = stretch(channels, maskChannels, rng.uniform(), rng.uniform());
    values.fill(mean, time.from * channels, time.to * channels);
    for (let t = 0; t < steps; t++) values.fill(mean, t * channels + band.from, t * channels + band.to);
  };
}

/** A place for up to `longest` of `count` things. */
function stretch(count: number, longest: number, length: number, place: number): { from: number; to: number } {
  const n = Math.floor(length * (Math.min(longest, count) + 1));
  const from = Math.floor(place * (count - n + 1));
  return { from, to: from + n };
}
