import type { NetworkPlan } from '../../../../ir/network-plan.js';
import type { LearningRule } from '../../../engine.js';
import type { WasmMemory } from '../webassembly.js';

/** What a worker is told to build. */
export interface Assignment {
  readonly plan: NetworkPlan;
  readonly rule: LearningRule;
  readonly maxRows: number;
  readonly fast: boolean;
  /** The network's memory, in which every thread has the same arrays at the same addresses. */
  readonly memory: WasmMemory;
  readonly control: SharedArrayBuffer;
  /** From 1; the main thread is member 0. */
  readonly member: number;
  readonly size: number;
}
