import type { WeightRounding } from '../../../../ir/model-spec.js';
import { weightLevels } from '../../../../ir/ops/fake-quantize.js';
import type { Floats, Machine } from '../machine.js';

/** How the weights of a node lie: element i of node j at j · nodeStride + i · stride. */
export interface WeightLayout {
  readonly nodes: number;
  readonly nodeStride: number;
  readonly size: number;
  readonly stride: number;
}

/**
 * The weights that a layer computes with: those that are learned, or their rounded copies. Node sums and updates are always
 * of the learned ones (the gradient goes straight through the rounding).
 */
export class UsedWeights {
  readonly values: Floats;

  constructor(
    private readonly machine: Machine,
    private readonly learned: Floats,
    private readonly rounding: WeightRounding | undefined,
    private readonly layout: WeightLayout,
  ) {
    this.values = rounding === undefined ? learned : machine.floats(learned.length);
  }

  /** Before each forward pass. */
  refresh(): void {
    if (this.rounding === undefined) return;
    const { kernels, team } = this.machine;
    const levels = weightLevels(this.rounding);
    const [w, out] = [this.learned.address, this.values.address];
    const { nodes, nodeStride, size, stride } = this.layout;
    if (this.rounding.scales === 'per-tensor') {
      const [from, to] = team.share(1);
      if (to > from) kernels.fakeQuantizeWeights(w, out, 1, 0, nodes * size, 1, levels);
    } else {
      const [from, to] = team.share(nodes);
      const offset = 4 * from * nodeStride;
      if (to > from) kernels.fakeQuantizeWeights(w + offset, out + offset, to - from, nodeStride, size, stride, levels);
    }
    team.barrier();
  }
}
