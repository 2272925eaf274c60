import { ToolError } from '../../../../errors/tool-error.js';
import type { OptimizerOptions } from '../../../../ir/options.js';
import type { Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import { Momentum } from './momentum.js';
import type { Optimizer } from './optimizer.js';
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
    default:
      throw new ToolError('TRAIN_OPTION_UNSUPPORTED', `The wasm engine has no optimizer ${options.type}.`, {
        context: { optimizer: options.type },
      });
  }
}
