// Sums and scalings over the rows and columns of row-major matrices.

/** Y[r][c] += row[c] for every row: the bias. */
export function addRow(Y: usize, row: usize, rows: i32, cols: i32): void {
  const c4 = cols & ~3;
  for (let r = 0; r < rows; r++) {
    const y = Y + ((<usize>r * <usize>cols) << 2);
    let c = 0;
    for (; c < c4; c += 4) {
      const at: usize = (<usize>c) << 2;
      v128.store(y + at, f32x4.add(v128.load(y + at), v128.load(row + at)));
    }
    for (; c < cols; c++) {
      const at: usize = (<usize>c) << 2;
      store<f32>(y + at, load<f32>(y + at) + load<f32>(row + at));
    }
  }
}

/** out[c] = alpha * sum_r D[r][c], rows in ascending order: the bias gradient. */
export function columnSums(D: usize, rows: i32, cols: i32, out: usize, alpha: f32): void {
  const row: usize = (<usize>cols) << 2;
  let c = 0;
  for (; c + 8 <= cols; c += 8) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let d = D + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++) {
      s0 = f32x4.add(s0, v128.load(d));
      s1 = f32x4.add(s1, v128.load(d, 16));
      d += row;
    }
    const to = out + ((<usize>c) << 2);
    v128.store(to, f32x4.mul(s0, f32x4.splat(alpha)));
    v128.store(to, f32x4.mul(s1, f32x4.splat(alpha)), 16);
  }
  for (; c < cols; c++) {
    let s: f32 = 0;
    let d = D + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++) {
      s += load<f32>(d);
      d += row;
    }
    store<f32>(out + ((<usize>c) << 2), s * alpha);
  }
}

/**
 * out[r] = sum_c |W[r][c]|: how much weight flows into node r. Four rows at a time: a sum waits for the addition before,
 * four of them wait together.
 */
export function absRowSums(W: usize, rows: i32, cols: i32, out: usize): void {
  const row: usize = (<usize>cols) << 2;
  let w = W, o = out;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    fourAbsSums(w, row, cols, o);
    w += row << 2;
    o += 16;
  }
  for (; r < rows; r++) {
    store<f32>(o, absSum(w, cols));
    w += row;
    o += 4;
  }
}

/** Eight lanes a row, as in `absSum`. */
// @ts-ignore: decorator
@inline
function fourAbsSums(W: usize, row: usize, cols: i32, out: usize): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  let a = W, b = a + row, c = b + row, d = c + row;
  const c8 = cols & ~7;
  for (let i = 0; i < c8; i += 8) {
    a0 = f32x4.add(a0, f32x4.abs(v128.load(a))), a1 = f32x4.add(a1, f32x4.abs(v128.load(a, 16)));
    b0 = f32x4.add(b0, f32x4.abs(v128.load(b))), b1 = f32x4.add(b1, f32x4.abs(v128.load(b, 16)));
    c0 = f32x4.add(c0, f32x4.abs(v128.load(c))), c1 = f32x4.add(c1, f32x4.abs(v128.load(c, 16)));
    d0 = f32x4.add(d0, f32x4.abs(v128.load(d))), d1 = f32x4.add(d1, f32x4.abs(v128.load(d, 16)));
    a += 32, b += 32, c += 32, d += 32;
  }
  const rest = cols - c8;
  store<f32>(out, addAbs(lanes(f32x4.add(a0, a1)), a, rest));
  store<f32>(out, addAbs(lanes(f32x4.add(b0, b1)), b, rest), 4);
  store<f32>(out, addAbs(lanes(f32x4.add(c0, c1)), c, rest), 8);
  store<f32>(out, addAbs(lanes(f32x4.add(d0, d1)), d, rest), 12);
}

function absSum(W: usize, cols: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  let w = W;
  const c8 = cols & ~7;
  for (let c = 0; c < c8; c += 8) {
    s0 = f32x4.add(s0, f32x4.abs(v128.load(w)));
    s1 = f32x4.add(s1, f32x4.abs(v128.load(w, 16)));
    w += 32;
  }
  return addAbs(lanes(f32x4.add(s0, s1)), w, cols - c8);
}

/** sum + |w[0]| + … of `rest` numbers, one after the other. */
// @ts-ignore: decorator
@inline
function addAbs(sum: f32, w: usize, rest: i32): f32 {
  let s = sum;
  for (let c = 0; c < rest; c++) s += abs<f32>(load<f32>(w + ((<usize>c) << 2)));
  return s;
}

// @ts-ignore: decorator
@inline
function lanes(s: v128): f32 {
  return (f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

/** D[r][c] *= factor[c]: one factor a column, the error signal of a batch. */
export function scaleColumns(D: usize, factor: usize, rows: i32, cols: i32): void {
  const c4 = cols & ~3;
  for (let r = 0; r < rows; r++) {
    const d = D + ((<usize>r * <usize>cols) << 2);
    let c = 0;
    for (; c < c4; c += 4) {
      const at: usize = (<usize>c) << 2;
      v128.store(d + at, f32x4.mul(v128.load(d + at), v128.load(factor + at)));
    }
    for (; c < cols; c++) {
      const at: usize = (<usize>c) << 2;
      store<f32>(d + at, load<f32>(d + at) * load<f32>(factor + at));
    }
  }
}

/** G[r][c] *= factor[r]: one factor a row, the gradient of a weight matrix. */
export function scaleRows(G: usize, factor: usize, rows: i32, cols: i32): void {
  let g = G;
  const c4 = cols & ~3;
  for (let r = 0; r < rows; r++) {
    const f = load<f32>(factor + ((<usize>r) << 2));
    const f4 = f32x4.splat(f);
    let c = 0;
    for (; c < c4; c += 4) {
      v128.store(g, f32x4.mul(v128.load(g), f4));
      g += 16;
    }
    for (; c < cols; c++) {
      store<f32>(g, load<f32>(g) * f);
      g += 4;
    }
  }
}

/** out[c] = sum_r |W[r][c]|, rows in ascending order: how much weight flows into channel c of a depthwise convolution. */
export function absColumnSums(W: usize, rows: i32, cols: i32, out: usize): void {
  const c4 = cols & ~3;
  memory.fill(out, 0, (<usize>cols) << 2);
  let w = W;
  for (let r = 0; r < rows; r++) {
    let to = out;
    for (let c = 0; c < c4; c += 4) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.abs(v128.load(w))));
      w += 16;
      to += 16;
    }
    for (let c = c4; c < cols; c++) {
      store<f32>(to, load<f32>(to) + abs<f32>(load<f32>(w)));
      w += 4;
      to += 4;
    }
  }
}
