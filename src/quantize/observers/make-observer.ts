import type { CalibrationMethod } from '../../ir/options.js';
import { entropyObserver } from './entropy.js';
import { MinMaxObserver } from './minmax.js';
import { mseObserver } from './mse.js';
import type { Observer } from './observer.js';
import { PercentileObserver } from './percentile.js';

export function makeObserver({ method, percentile }: CalibrationMethod): Observer {
  switch (method) {
    case 'minmax':
      return new MinMaxObserver();
    case 'percentile':
      return new PercentileObserver(percentile);
    case 'entropy':
      return entropyObserver();
    case 'mse':
      return mseObserver();
  }
}
