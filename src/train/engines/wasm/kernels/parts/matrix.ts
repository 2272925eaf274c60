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
  for (let c = 0; c < cols; c++) {
    let s: f32 = 0;
    let d = D + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++) {
      s += load<f32>(d);
      d += (<usize>cols) << 2;
    }
    store<f32>(out + ((<usize>c) << 2), s * alpha);
  }
}

/** out[r] = sum_c |W[r][c]|: how much weight flows into node r. */
export function absRowSums(W: usize, rows: i32, cols: i32, out: usize): void {
  const c8 = cols & ~7;
  let w = W;
  for (let r = 0; r < rows; r++) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let c = 0;
    for (; c < c8; c += 8) {
      s0 = f32x4.add(s0, f32x4.abs(v128.load(w)));
      s1 = f32x4.add(s1, f32x4.abs(v128.load(w, 16)));
      w += 32;
    }
    s0 = f32x4.add(s0, s1);
    let s: f32 = (f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)) + (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
    for (; c < cols; c++) {
      s += abs<f32>(load<f32>(w));
      w += 4;
    }
    store<f32>(out + ((<usize>r) << 2), s);
  }
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
