// Filters of 3 × 3 on their way to the 16 points of winograd.ts, and their gradients on the way back.
import { atLeast, loadSome, storeSome } from './lanes';

/**
 * U of the filters from … to of w [filters][3][3][channels], four channels at a time: [16][panels][channels][8 filters].
 * `back`: of the convolution that sends errors down, the filter turned by half a turn, channels and filters changed
 * over: [16][panels][filters][8 channels]. What pads a panel is not written.
 */
export function winogradFilters(w: usize, u: usize, filters: i32, channels: i32, from: i32, to: i32, back: i32): void {
  const tap: usize = (<usize>channels) << 2;
  const outputs = back ? channels : filters, inputs = back ? filters : channels;
  const point: usize = <usize>(atLeast(outputs) * inputs) << 2;
  const panel: usize = (<usize>inputs) << 5;
  for (let k = from; k < to; k++) {
    for (let c = 0; c < channels; c += 4) {
      const n = channels - c;
      const first = w + <usize>k * 9 * tap + ((<usize>c) << 2);
      const output = back ? c : k, input = back ? k : c;
      const at = u + <usize>(output >> 3) * panel + ((<usize>input) << 5) + ((<usize>(output & 7)) << 2);
      // The turn: the last tap is the first.
      const g = back ? first + 8 * tap : first;
      const step: usize = back ? -tap : tap;
      for (let j: usize = 0; j < 4; j++) {
        const c0 = column(g, step, j, n), c1 = column(g + 3 * step, step, j, n), c2 = column(g + 6 * step, step, j, n);
        const half = f32x4.splat(0.5), ends = f32x4.add(c0, c2);
        const to_ = at + j * point;
        put(to_, c0, n, back);
        put(to_ + 4 * point, f32x4.mul(half, f32x4.add(ends, c1)), n, back);
        put(to_ + 8 * point, f32x4.mul(half, f32x4.sub(ends, c1)), n, back);
        put(to_ + 12 * point, c2, n, back);
      }
    }
  }
}

/** Number j of a row of w times Gᵀ. */
// @ts-ignore: decorator
@inline
function column(g: usize, step: usize, j: usize, n: i32): v128 {
  if (j == 0) return loadSome(g, n);
  const g2 = loadSome(g + 2 * step, n);
  if (j == 3) return g2;
  const ends = f32x4.add(loadSome(g, n), g2), middle = loadSome(g + step, n);
  return f32x4.mul(f32x4.splat(0.5), j == 1 ? f32x4.add(ends, middle) : f32x4.sub(ends, middle));
}

/** Four channels: neighbours in the panels of `back`, in the others 8 numbers apart. */
// @ts-ignore: decorator
@inline
function put(at: usize, v: v128, n: i32, back: i32): void {
  if (back) {
    storeSome(at, v, n);
    return;
  }
  v128.store32_lane(at, v, 0);
  if (n > 1) v128.store32_lane(at, v, 1, 32);
  if (n > 2) v128.store32_lane(at, v, 2, 64);
  if (n > 3) v128.store32_lane(at, v, 3, 96);
}

/** dw[k] = alpha · Gᵀ S G for the filters from … to; S as winogradGradient leaves it. */
export function winogradFilterGradient(
  S: usize, dw: usize, filters: i32, channels: i32, from: i32, to: i32, alpha: f32,
): void {
  const tap: usize = (<usize>channels) << 2;
  const row: usize = (<usize>atLeast(channels)) << 2;
  const point: usize = <usize>atLeast(filters) * row;
  const scale = f32x4.splat(alpha);
  for (let k = from; k < to; k++) {
    for (let c = 0; c < channels; c += 4) {
      const s = S + <usize>k * row + ((<usize>c) << 2);
      const out = dw + <usize>k * 9 * tap + ((<usize>c) << 2);
      for (let i: usize = 0; i < 3; i++) {
        const s0 = rowOf(s, point, i), s1 = rowOf(s + point, point, i);
        const s2 = rowOf(s + 2 * point, point, i), s3 = rowOf(s + 3 * point, point, i);
        const middle = f32x4.mul(f32x4.splat(0.5), f32x4.add(s1, s2));
        const at = out + 3 * i * tap;
        storeSome(at, f32x4.mul(scale, f32x4.add(s0, middle)), channels - c);
        storeSome(at + tap, f32x4.mul(scale, f32x4.mul(f32x4.splat(0.5), f32x4.sub(s1, s2))), channels - c);
        storeSome(at + 2 * tap, f32x4.mul(scale, f32x4.add(middle, s3)), channels - c);
      }
    }
  }
}

/** Number i of a column of Gᵀ S, whose numbers are four points apart. */
// @ts-ignore: decorator
@inline
function rowOf(s: usize, point: usize, i: usize): v128 {
  const s1 = v128.load(s + 4 * point), s2 = v128.load(s + 8 * point);
  const half = f32x4.splat(0.5);
  if (i == 1) return f32x4.mul(half, f32x4.sub(s1, s2));
  return f32x4.add(f32x4.mul(half, f32x4.add(s1, s2)), v128.load(i == 0 ? s : s + 12 * point));
}
