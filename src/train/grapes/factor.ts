import type { GrapesOptions } from '../../ir/options.js';

/**
 * The modulation factor of each node of a hidden layer from its responsibility r (the sum of the absolute incoming
 * weights): clip(2 r / max r, 1, 2). The strongest node has 2, and no node less than 1. A layer without any weight has
 * 1 everywhere. The same operations in the same order as on the device: 2 / max first, rounded, then the product.
 */
export function modulationFactors(
  responsibilities: Float32Array,
  { factor, constant }: Pick<GrapesOptions, 'factor' | 'constant'>,
  out: Float32Array,
): void {
  if (factor === 'constant') {
    out.fill(constant);
    return;
  }
  let strongest = 0;
  for (const r of responsibilities) if (r > strongest) strongest = r;
  const scale = strongest > 0 ? Math.fround(2 / strongest) : 0;
  for (let j = 0; j < responsibilities.length; j++) {
    const m = Math.fround(responsibilities[j] * scale);
    out[j] = m > 2 ? 2 : m > 1 ? m : 1;
  }
  if (factor === 'layer-mean') out.fill(mean(out));
}

function mean(values: Float32Array): number {
  let s = 0;
  for (const v of values) s += v;
  return s / values.length;
}
