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

/** W[r][c] -= rate * (d[r] * x[c]): sgdStep with the gradient of one sample, which is written nowhere. */
export function sgdOuterStep(W: usize, d: usize, x: usize, rows: i32, cols: i32, rate: f32): void {
  const r4 = f32x4.splat(rate);
  const c8 = cols & ~7;
  for (let r = 0; r < rows; r++) {
    const f = load<f32>(d + ((<usize>r) << 2));
    if (f == 0) continue;
    const f4 = f32x4.splat(f);
    const w = W + ((<usize>r * <usize>cols) << 2);
    for (let c = 0; c < c8; c += 8) {
      const at: usize = (<usize>c) << 2;
      v128.store(w + at, f32x4.sub(v128.load(w + at), f32x4.mul(r4, f32x4.mul(f4, v128.load(x + at)))));
      v128.store(w + at, f32x4.sub(v128.load(w + at, 16), f32x4.mul(r4, f32x4.mul(f4, v128.load(x + at, 16)))), 16);
    }
    for (let c = c8; c < cols; c++) {
      const at: usize = (<usize>c) << 2;
      store<f32>(w + at, load<f32>(w + at) - rate * (f * load<f32>(x + at)));
    }
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

/** u = w - momentum * v: where Nesterov's method looks, ahead of the weights. */
export function lookAhead(u: usize, w: usize, v: usize, n: i32, momentum: f32): void {
  const m4 = f32x4.splat(momentum);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(u, f32x4.sub(v128.load(w), f32x4.mul(m4, v128.load(v))));
    u += 16;
    w += 16;
    v += 16;
  }
  for (; i < n; i++) {
    store<f32>(u, load<f32>(w) - momentum * load<f32>(v));
    u += 4;
    w += 4;
    v += 4;
  }
}

/** s = decay * s + fresh * g²;  w -= rate * g / sqrt(s + epsilon). `fresh` is 1 - decay. */
export function rmspropStep(
  w: usize,
  s: usize,
  g: usize,
  n: i32,
  rate: f32,
  decay: f32,
  fresh: f32,
  epsilon: f32,
): void {
  const r4 = f32x4.splat(rate);
  const d4 = f32x4.splat(decay);
  const f4 = f32x4.splat(fresh);
  const e4 = f32x4.splat(epsilon);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g4 = v128.load(g);
    const next = f32x4.add(f32x4.mul(d4, v128.load(s)), f32x4.mul(f4, f32x4.mul(g4, g4)));
    v128.store(s, next);
    const move = f32x4.div(f32x4.mul(r4, g4), f32x4.sqrt(f32x4.add(next, e4)));
    v128.store(w, f32x4.sub(v128.load(w), move));
    w += 16;
    s += 16;
    g += 16;
  }
  for (; i < n; i++) {
    const g1 = load<f32>(g);
    const next: f32 = decay * load<f32>(s) + fresh * (g1 * g1);
    store<f32>(s, next);
    store<f32>(w, load<f32>(w) - (rate * g1) / sqrt<f32>(next + epsilon));
    w += 4;
    s += 4;
    g += 4;
  }
}

/**
 * m = beta1 * m + fresh1 * g;  s = beta2 * s + fresh2 * g²;  w -= rate * (m / first) / (sqrt(s / second) + epsilon).
 * `fresh` are 1 - beta, `first` and `second` the bias corrections of this step, 1 - betaᵗ.
 */
export function adamStep(
  w: usize,
  m: usize,
  s: usize,
  g: usize,
  n: i32,
  rate: f32,
  beta1: f32,
  fresh1: f32,
  beta2: f32,
  fresh2: f32,
  first: f32,
  second: f32,
  epsilon: f32,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g4 = v128.load(g);
    const mean = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(m)), f32x4.mul(f32x4.splat(fresh1), g4));
    const square = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(s)),
      f32x4.mul(f32x4.splat(fresh2), f32x4.mul(g4, g4)),
    );
    v128.store(m, mean);
    v128.store(s, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.div(square, f32x4.splat(second))), f32x4.splat(epsilon));
    const move = f32x4.div(f32x4.mul(f32x4.splat(rate), f32x4.div(mean, f32x4.splat(first))), size);
    v128.store(w, f32x4.sub(v128.load(w), move));
    w += 16;
    m += 16;
    s += 16;
    g += 16;
  }
  for (; i < n; i++) {
    const g1 = load<f32>(g);
    const mean: f32 = beta1 * load<f32>(m) + fresh1 * g1;
    const square: f32 = beta2 * load<f32>(s) + fresh2 * (g1 * g1);
    store<f32>(m, mean);
    store<f32>(s, square);
    store<f32>(w, load<f32>(w) - (rate * (mean / first)) / (sqrt<f32>(square / second) + epsilon));
    w += 4;
    m += 4;
    s += 4;
    g += 4;
  }
}
