import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { Engine, LearningRule, TrainingNetwork } from '../../engine.js';
import { openBackEnd, type BackEnd, type BackEndName } from './back-end.js';
import { TfjsNetwork } from './tfjs-network.js';

/**
 * TensorFlow.js with automatic differentiation: an independent second implementation of every layer and rule. Its
 * results differ between machines in the last digits.
 */
export class TfjsEngine implements Engine {
  readonly id = 'tfjs';

  private constructor(private readonly backEnd: BackEnd) {}

  /** Throws TRAIN_TFJS_MISSING if no back end can be had. */
  static async open(plan: NetworkPlan, wanted?: readonly BackEndName[]): Promise<TfjsEngine> {
    return new TfjsEngine(await openBackEnd(plan, wanted));
  }

  get description(): string {
    const { name, passedOver } = this.backEnd;
    const kind = { tensorflow: 'tfjs-node, native', wasm: 'WebAssembly', cpu: 'plain JavaScript, slow' }[name];
    const why = passedOver.length === 0 ? '' : `; not ${passedOver.join('; not ')}`;
    return `${this.inexact} (${kind})${why}`;
  }

  get inexact(): string {
    const { tf, name } = this.backEnd;
    return `tfjs ${tf.version['tfjs-core']}, back end ${name}`;
  }

  build(plan: NetworkPlan, rule: LearningRule, maxRows: number): TrainingNetwork {
    return new TfjsNetwork(this.backEnd.tf, plan, rule, maxRows);
  }
}
