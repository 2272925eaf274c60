// Spikes that stand for values.
import { mix } from './dropout';

/**
 * y[i] = 1 with probability clamp(gain · x[i mod features], 0, 1), else 0, for the n = steps · features values of one
 * sample: a function of (key, first + i). A value that is no number does not fire.
 */
export function rateCode(x: usize, features: i32, y: usize, n: i32, key: u32, first: u32, gain: f64): void {
  let feature = 0;
  for (let i = 0; i < n; i++) {
    const rate = <f64>(<f32>(gain * <f64>load<f32>(x + ((<usize>feature) << 2))));
    const draw = <f64>mix(key + (first + <u32>i) * 0x9e3779b9);
    store<f32>(y + ((<usize>i) << 2), draw < rate * 4294967296.0 ? 1 : 0);
    if (++feature == features) feature = 0;
  }
}
