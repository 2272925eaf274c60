import type { OptimizerOptions } from '../../../../ir/options.js';
import type { Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import { Adam } from './adam.js';
import { Momentum } from './momentum.js';
import { Nesterov } from './nesterov.js';
import type { Optimizer } from './optimizer.js';
import { RmsProp } from './rms-prop.js';
import { Sgd } from './sgd.js';

export function createOptimizer(
  machine: Machine,
  parameters: readonly Parameter[],
  options: OptimizerOptions,
): Optimizer {
  switch (options.type) {
    case 'sgd':
      return new Sgd(machine, parameters);
    case 'momentum':
      return new Momentum(machine, parameters, options.momentum);
    case 'nag':
      return new Nesterov(machine, parameters, options.momentum);
    case 'rmsprop':
      return new RmsProp(machine, parameters, options);
    case 'adam':
      return new Adam(machine, parameters, options);
  }
}
