import { availableParallelism } from 'node:os';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { Engine, LearningRule, TrainingNetwork } from '../../engine.js';
import { Machine } from './machine.js';
import { Crew } from './threads/crew.js';
import { Pace } from './threads/pace.js';
import { ThreadedNetwork } from './threads/threaded-network.js';
import { WasmNetwork } from './wasm-network.js';

export interface WasmEngineOptions {
  readonly threads: number | 'auto';
  readonly fast: boolean;
}

/** Multiply-accumulates of a step's forward pass from which meeting twenty times a step costs less than halving it saves. */
const AUTO_MACS = 2_000_000;
/** Beyond these the small layers of the networks meant here gain nothing. */
const AUTO_THREADS = 4;

/**
 * WebAssembly with 128-bit SIMD. Without `fast`, results are the same bits on every machine; the number of threads does
 * not change them in any case.
 */
export class WasmEngine implements Engine {
  readonly id = 'wasm';

  private constructor(
    private readonly crew: Crew | null,
    private readonly fast: boolean,
    private readonly isAutomatic = false,
  ) {}

  /** `auto`: threads where the batch's work pays for them, and for as long as they are quicker than one. */
  static async open({ threads, fast }: WasmEngineOptions, plan: NetworkPlan, batchSize: number): Promise<WasmEngine> {
    const count = threads === 'auto' ? automaticThreads(plan, batchSize) : threads;
    return new WasmEngine(count > 1 ? await Crew.hire(count - 1) : null, fast, threads === 'auto');
  }

  /** One thread. */
  static solo(fast = false): WasmEngine {
    return new WasmEngine(null, fast);
  }

  get description(): string {
    const threads = 1 + (this.crew?.size ?? 0);
    const arithmetic = this.fast ? 'fast: bits differ between machines' : 'deterministic';
    return `wasm, ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}, ${arithmetic}`;
  }

  get inexact(): string | null {
    return this.fast ? 'wasm, fast' : null;
  }

  /** With threads, one network at a time: the one before must have been disposed of. */
  build(plan: NetworkPlan, rule: LearningRule, maxRows: number): TrainingNetwork {
    const { crew, fast } = this;
    if (crew === null) return new WasmNetwork(new Machine({ fast }), plan, rule, maxRows);
    return new ThreadedNetwork(crew, { plan, rule, maxRows, fast }, this.isAutomatic ? new Pace() : null);
  }
}

function automaticThreads(plan: NetworkPlan, batchSize: number): number {
  const macs = plan.layers.reduce((n, layer) => n + layer.macs, 0) * batchSize;
  return macs < AUTO_MACS ? 1 : Math.min(availableParallelism(), AUTO_THREADS);
}
