import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { Engine, LearningRule, TrainingNetwork } from '../../engine.js';
import { Machine } from './machine.js';
import { WasmNetwork } from './wasm-network.js';

export interface WasmEngineOptions {
  readonly threads: number | 'auto';
  readonly fast: boolean;
}

/** WebAssembly with 128-bit SIMD. Without `fast`, results are the same bits on every machine. */
export class WasmEngine implements Engine {
  readonly id = 'wasm';
  readonly description = 'wasm, 1 thread, deterministic';

  constructor(readonly options: WasmEngineOptions = { threads: 1, fast: false }) {}

  build(plan: NetworkPlan, rule: LearningRule, maxRows: number): TrainingNetwork {
    return new WasmNetwork(new Machine(), plan, rule, maxRows);
  }
}
