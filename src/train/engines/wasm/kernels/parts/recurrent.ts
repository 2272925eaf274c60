// One time step of recurrent and spiking layers for some samples of a batch, and its way back. A matrix here is an
// address and the distance between its rows in elements: rows are samples, and one step of [samples][steps][units] is a
// matrix with rows steps · units apart. The products of matrices between these steps are gemm's.
import { exp64, tanh64 } from './math';

/** f(a); kinds are numbered in arithmetic/recurrent.ts. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function activated(kind: i32, a: f32): f32 {
  switch (kind) {
    case 1: return max<f32>(a, 0);
    case 2: return min<f32>(max<f32>(a, 0), 6);
    case 3: return <f32>tanh64(<f64>a);
    case 4: return sigmoid(a);
    default: return a;
  }
}

/** f'(a) from y = f(a); 0 at the corners of relu and relu6. */
// @ts-ignore: decorator
@inline
export function slope(kind: i32, y: f32): f32 {
  switch (kind) {
    case 1: return y > 0 ? 1 : 0;
    case 2: return y > 0 && y < 6 ? 1 : 0;
    case 3: return 1 - y * y;
    case 4: return y * (1 - y);
    default: return 1;
  }
}

// @ts-ignore: decorator
@inline
export function sigmoid(a: f32): f32 {
  return <f32>(1 / (1 + exp64(-<f64>a)));
}

/** Address of row r. */
// @ts-ignore: decorator
@inline
export function row(at: usize, stride: i32, r: i32): usize {
  return at + ((<usize>r * <usize>stride) << 2);
}

/** out[c][r] = a[r][c] */
export function transpose(a: usize, rows: i32, cols: i32, out: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      store<f32>(row(out, rows, c) + ((<usize>r) << 2), load<f32>(a));
      a += 4;
    }
  }
}

/** out[r][i] += scale · a[r][i] */
export function addScaledRows(out: usize, outStride: i32, a: usize, aStride: i32, rows: i32, n: i32, scale: f32): void {
  const s4 = f32x4.splat(scale);
  const n4 = n & ~3;
  for (let r = 0; r < rows; r++) {
    const to = row(out, outStride, r), from = row(a, aStride, r);
    let i = 0;
    for (; i < n4; i += 4) {
      const o: usize = (<usize>i) << 2;
      v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(v128.load(from + o), s4)));
    }
    for (; i < n; i++) {
      const o: usize = (<usize>i) << 2;
      store<f32>(to + o, load<f32>(to + o) + load<f32>(from + o) * scale);
    }
  }
}

/** out[j] += Σ |w| over the rows of node j, which has one in every gate: w is [gates · units][cols]. */
export function addGateSums(w: usize, gates: i32, units: i32, cols: i32, out: usize): void {
  for (let g = 0; g < gates; g++) {
    for (let j = 0; j < units; j++) {
      let s: f32 = 0;
      for (let c = 0; c < cols; c++) {
        s += abs<f32>(load<f32>(w));
        w += 4;
      }
      const to = out + ((<usize>j) << 2);
      store<f32>(to, load<f32>(to) + s);
    }
  }
}

/** h = f(a), written to `state` and, unless it is 0, to `next`: what the following step starts from. */
export function rnnForward(kind: i32, a: usize, state: usize, next: usize, stride: i32, rows: i32, units: i32): void {
  for (let r = 0; r < rows; r++) {
    const x = row(a, stride, r), h = row(state, stride, r), n = row(next, stride, r);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const y = activated(kind, load<f32>(x + o));
      store<f32>(h + o, y);
      if (next) store<f32>(n + o, y);
    }
  }
}

/** a = e · f'(a), from h = f(a) and e[rows][units], the error of h. */
export function rnnBackward(kind: i32, e: usize, state: usize, a: usize, stride: i32, rows: i32, units: i32): void {
  for (let r = 0; r < rows; r++) {
    const error = row(e, units, r), h = row(state, stride, r), x = row(a, stride, r);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      store<f32>(x + o, load<f32>(error + o) * slope(kind, load<f32>(h + o)));
    }
  }
}
