import type { Activation } from '../graph.js';
import { expf, tanhf } from '../learn/math-f32.js';

/** One value through an activation, in float32; exp and tanh are our own. */
export function activateFloat(activation: Activation, a: number): number {
  switch (activation) {
    case 'none':
      return a;
    case 'relu':
      return a > 0 ? a : 0;
    case 'relu6':
      return a > 0 ? (a < 6 ? a : 6) : 0;
    case 'tanh':
      return tanhf(a);
    case 'sigmoid':
      return Math.fround(1 / Math.fround(1 + expf(-a)));
  }
}
