// Parameter updates, in place.

/** w -= rate * g */
export function sgdStep(w: usize, g: usize, n: i32, rate: f32): void {
  const r4 = f32x4.splat(rate);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(r4, v128.load(g))));
    w += 16;
    g += 16;
  }
  for (; i < n; i++) {
    store<f32>(w, load<f32>(w) - rate * load<f32>(g));
    w += 4;
    g += 4;
  }
}

/** v = momentum * v + rate * g;  w -= v */
export function momentumStep(w: usize, v: usize, g: usize, n: i32, rate: f32, momentum: f32): void {
  const r4 = f32x4.splat(rate);
  const m4 = f32x4.splat(momentum);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const next = f32x4.add(f32x4.mul(m4, v128.load(v)), f32x4.mul(r4, v128.load(g)));
    v128.store(v, next);
    v128.store(w, f32x4.sub(v128.load(w), next));
    w += 16;
    v += 16;
    g += 16;
  }
  for (; i < n; i++) {
    const next: f32 = momentum * load<f32>(v) + rate * load<f32>(g);
    store<f32>(v, next);
    store<f32>(w, load<f32>(w) - next);
    w += 4;
    v += 4;
    g += 4;
  }
}
