// Values and weights as integers would hold them, for quantization-aware training.

/** y = scale * clamp(nearest(x / scale), low, high); ties to even. */
export function fakeQuantize(x: usize, y: usize, n: i32, scale: f32, low: f32, high: f32): void {
  const s = f32x4.splat(scale);
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at: usize = (<usize>i) << 2;
    const steps = f32x4.nearest(f32x4.div(v128.load(x + at), s));
    v128.store(y + at, f32x4.mul(s, f32x4.min(f32x4.max(steps, least), most)));
  }
  for (; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    const steps = nearest<f32>(load<f32>(x + at) / scale);
    store<f32>(y + at, scale * min<f32>(max<f32>(steps, low), high));
  }
}

/** d = 0 where x was clamped. */
export function fakeQuantizeBackward(d: usize, x: usize, n: i32, scale: f32, low: f32, high: f32): void {
  for (let i = 0; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    const steps = nearest<f32>(load<f32>(x + at) / scale);
    if (!(steps >= low && steps <= high)) store<f32>(d + at, 0);
  }
}

/**
 * out = w as symmetric integers up to `levels`: each of `nodes` groups has the scale max |w| / levels. Element i of group g
 * stands at g * groupStride + i * stride.
 */
export function fakeQuantizeWeights(
  w: usize,
  out: usize,
  nodes: i32,
  groupStride: i32,
  size: i32,
  stride: i32,
  levels: f32,
): void {
  for (let g = 0; g < nodes; g++) {
    const first: usize = (<usize>(g * groupStride)) << 2;
    const step: usize = (<usize>stride) << 2;
    let largest: f32 = 0;
    for (let i = 0; i < size; i++) largest = max<f32>(largest, abs<f32>(load<f32>(w + first + <usize>i * step)));
    const scale: f32 = largest / levels;
    for (let i = 0; i < size; i++) {
      const at = first + <usize>i * step;
      const value: f32 = scale > 0 ? scale * nearest<f32>(load<f32>(w + at) / scale) : 0;
      store<f32>(out + at, value);
    }
  }
}
