// Dropout masks from a hash of (key, index): no generator state to save, so a resumed run draws the same masks.

/** mask[i] = kept, if hash(key, i) < threshold, else 0. threshold = keep probability times 2^32. */
export function dropoutMask(mask: usize, n: i32, key: u32, threshold: u32, kept: f32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(mask + ((<usize>i) << 2), mix(key + <u32>i * 0x9e3779b9) < threshold ? kept : 0);
  }
}

/** SplitMix32's finalizer: every bit of the input reaches every bit of the output. */
// @ts-ignore: decorator
@inline
export function mix(x: u32): u32 {
  let z = x;
  z = (z ^ (z >> 16)) * 0x21f0aaad;
  z = (z ^ (z >> 15)) * 0x735a2d97;
  return z ^ (z >> 15);
}

/** out = a * b, element by element; `out` may be `a`. */
export function multiply(out: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at: usize = (<usize>i) << 2;
    v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    store<f32>(out + at, load<f32>(a + at) * load<f32>(b + at));
  }
}

/** out += a, element by element. */
export function accumulate(out: usize, a: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at: usize = (<usize>i) << 2;
    v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(a + at)));
  }
  for (; i < n; i++) {
    const at: usize = (<usize>i) << 2;
    store<f32>(out + at, load<f32>(out + at) + load<f32>(a + at));
  }
}
