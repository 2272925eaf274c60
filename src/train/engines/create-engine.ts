import type { NetworkPlan } from '../../ir/network-plan.js';
import type { TrainOptions } from '../../ir/options.js';
import type { Engine } from '../engine.js';
import { TfjsEngine } from './tfjs/tfjs-engine.js';
import { WasmEngine } from './wasm/wasm-engine.js';

/** The engine that the options ask for, ready to build networks of this plan. */
export function createEngine(
  options: Pick<TrainOptions, 'engine' | 'threads' | 'fast' | 'batchSize'>,
  plan: NetworkPlan,
): Promise<Engine> {
  switch (options.engine) {
    case 'wasm':
      return WasmEngine.open(options, plan, options.batchSize);
    case 'tfjs':
      return TfjsEngine.open(plan);
  }
}
