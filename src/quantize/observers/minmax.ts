import type { Observer, Range } from './observer.js';

/** The full range: nothing saturates on the calibration samples. */
export class MinMaxObserver implements Observer {
  private min = Infinity;
  private max = -Infinity;

  observe(values: Float32Array): void {
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (v < this.min) this.min = v;
      if (v > this.max) this.max = v;
    }
  }

  range(): Range {
    return this.min <= this.max ? { min: this.min, max: this.max } : { min: 0, max: 0 };
  }
}
