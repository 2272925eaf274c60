import type { NetworkPlan } from '../../../ir/network-plan.js';
import { Rng } from '../../../util/rng.js';
import { drawDropoutMask } from './layers/random.js';

/** Everything random in one pass: masks of dropout layers and keys of rate codes, by layer index. */
export interface Draws {
  readonly rows: number;
  readonly training: boolean;
  readonly masks: ReadonlyMap<number, Float32Array>;
  readonly keys: ReadonlyMap<number, number>;
}

/** Draws by (seed, layer, step), so that a resumed run and the other engine draw the same. */
export class StepDraws {
  /** Masks [rows][values] by layer name, in the place of drawn ones. Golden vectors bring their own. */
  fixedMasks: ReadonlyMap<string, Float32Array> = new Map();

  constructor(
    private readonly plan: NetworkPlan,
    private readonly seed: number,
  ) {}

  forStep(rows: number, step: number): Draws {
    const masks = new Map<number, Float32Array>();
    const keys = new Map<number, number>();
    for (const { index, name, spec, outputSize } of this.plan.layers) {
      const key = (kind: string): number => Rng.forPurpose(this.seed, `${kind}/${name}/${String(step)}`).uint32();
      const fixed = this.fixedMasks.get(name);
      if (fixed !== undefined) masks.set(index, fixed);
      else if (spec.type === 'dropout' && spec.rate > 0) {
        masks.set(index, drawDropoutMask(key('dropout'), 1 - spec.rate, rows * outputSize));
      }
      if (spec.type === 'rate_code') keys.set(index, key('rate-code'));
    }
    return { rows, training: true, masks, keys };
  }

  forEvaluation(rows: number): Draws {
    const keys = this.plan.layers.flatMap(({ index, spec }) =>
      spec.type === 'rate_code' ? [[index, spec.seed >>> 0] as const] : [],
    );
    return { rows, training: false, masks: new Map(), keys: new Map(keys) };
  }
}
