import type { HiddenNodes, PlannedLayer } from '../../../ir/network-plan.js';
import type { GrapesOptions } from '../../../ir/options.js';
import type { LayerModulation } from '../../engine.js';
import { modulationFactors } from '../../grapes/factor.js';
import { scaleColumns } from './arithmetic/matrix.js';
import { alone } from './arithmetic/samples.js';
import type { WeightedLayer } from './layers/layer.js';
import type { Floats, Machine } from './machine.js';

/**
 * GRAPES on one hidden layer. The factor is taken from the weights that the forward pass used and is a constant for the
 * gradient. `propagating`: it multiplies the error at the layer's anchor, which also travels further down. `local`: it
 * multiplies this layer's own update only.
 */
export class Modulation {
  /** One a node. */
  readonly factors: Floats;
  readonly responsibilities: Floats;

  constructor(
    protected readonly machine: Machine,
    readonly layer: WeightedLayer,
    readonly hidden: HiddenNodes,
    private readonly anchor: PlannedLayer,
    private readonly options: GrapesOptions,
  ) {
    this.factors = machine.floats(hidden.nodes);
    this.responsibilities = machine.floats(hidden.nodes);
  }

  /** The layer after whose forward pass to refresh: this one, while its weights are still in the cache. */
  get refreshAfter(): number {
    return this.hidden.layer;
  }

  refresh(): void {
    this.layer.sumWeights(this.responsibilities);
    alone(this.machine, () => {
      modulationFactors(this.responsibilities.values, this.options, this.factors.values);
    });
  }

  /** What `refresh` would find, as copies: what is in force stays. */
  look(): LayerModulation {
    const { factors, responsibilities, layer, machine } = this;
    const copies = (): Float32Array[] => [factors.values.slice(), responsibilities.values.slice()];
    const kept = copies();
    // Other threads read before this one writes, and the other way round.
    machine.team.barrier();
    this.refresh();
    const [seenFactors, seenResponsibilities] = copies();
    machine.team.barrier();
    factors.values.set(kept[0]);
    responsibilities.values.set(kept[1]);
    return { layerName: layer.plan.name, factors: seenFactors, responsibilities: seenResponsibilities };
  }

  /** The complete error at the anchor's output, before its backward pass. */
  modulateError(delta: Floats, rows: number): void {
    if (this.options.mode !== 'propagating') return;
    const { nodes } = this.hidden;
    scaleColumns(this.machine, delta, this.factors, (rows * this.anchor.outputSize) / nodes, nodes);
  }

  /** Whether `modulateGradients` does anything. */
  get touchesGradients(): boolean {
    return this.options.mode === 'local';
  }

  /** The layer's gradients, after they were taken. */
  modulateGradients(): void {
    if (this.touchesGradients) this.layer.scaleGradients(this.factors);
  }
}
