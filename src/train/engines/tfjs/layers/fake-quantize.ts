import type { FakeQuantizeLayerSpec, WeightRounding } from '../../../../ir/model-spec.js';
import { stepRange, weightLevels } from '../../../../ir/ops/fake-quantize.js';
import type { Tensor, Tf } from '../back-end.js';
import { passWhere } from '../custom-gradients.js';
import type { LayerFunction } from './layer.js';

export const fakeQuantize: LayerFunction<FakeQuantizeLayerSpec> = ([x], { tf, planned: { spec } }) => {
  const [low, high] = stepRange(spec);
  return passWhere(tf, x, (v) => {
    const steps = v.div(spec.scale).round();
    const inside = steps.greaterEqual(low).logicalAnd(steps.lessEqual(high));
    return { value: steps.clipByValue(low, high).mul(spec.scale), passes: inside.cast('float32') };
  });
};

/** The weights as a layer computes with them. `nodeAxis`: the axis of the nodes, first or last. */
export function usedWeights(
  tf: Tf,
  weights: Tensor,
  rounding: WeightRounding | undefined,
  nodeAxis: 'first' | 'last',
): Tensor {
  if (rounding === undefined) return weights;
  return passWhere(tf, weights, (w) => {
    const axes = w.shape.map((_, axis) => axis);
    const others = nodeAxis === 'first' ? axes.slice(1) : axes.slice(0, -1);
    const largest = w.abs().max(rounding.scales === 'per-channel' ? others : axes, true);
    const scale = largest.div(weightLevels(rounding));
    // A node without weights has no scale: 0 / 1 stays 0.
    const divisor = scale.add(scale.equal(0).cast('float32'));
    return { value: w.div(divisor).round().mul(scale), passes: null };
  });
}
