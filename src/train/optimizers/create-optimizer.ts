import type { TrainOptions } from '../../ir/options.js';
import type { Engine } from '../engine.js';
import type { Parameter } from '../parameter.js';
import { Momentum } from './momentum.js';
import type { Optimizer } from './optimizer.js';
import { Sgd } from './sgd.js';

export function createOptimizer(
  engine: Engine,
  parameters: readonly Parameter[],
  options: TrainOptions['optimizer'],
): Optimizer {
  switch (options.type) {
    case 'sgd':
      return new Sgd(engine, parameters);
    case 'momentum':
      return new Momentum(engine, parameters, options.momentum);
  }
}
