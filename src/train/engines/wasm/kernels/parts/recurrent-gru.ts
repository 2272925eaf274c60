// One time step of a GRU. `a` is a matrix [samples][3 · units] of the gates z, r, c side by side: W x + b, to which the
// products with the recurrent weights are added before each kernel; `stride` is in elements of [units] matrices, three
// times as much for `a`.
import { row, sigmoid } from './recurrent';
import { tanh64 } from './math';

/** z and r become σ of what they are; gated = r · h, with h the state before. */
export function gruGates(a: usize, previous: usize, gated: usize, stride: i32, rows: i32, units: i32): void {
  const r4: usize = (<usize>units) << 2;
  for (let i = 0; i < rows; i++) {
    const z = row(a, 3 * stride, i), h = row(previous, stride, i), to = row(gated, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      store<f32>(z + o, sigmoid(load<f32>(z + o)));
      const r = sigmoid(load<f32>(z + r4 + o));
      store<f32>(z + r4 + o, r);
      store<f32>(to + o, r * load<f32>(h + o));
    }
  }
}

/** c becomes tanh of what it is; z · h + (1 − z) · c goes to `state` and, unless it is 0, to `next`. */
export function gruState(a: usize, previous: usize, state: usize, next: usize, stride: i32, rows: i32, units: i32): void {
  const c4: usize = (<usize>units) << 3;
  for (let i = 0; i < rows; i++) {
    const zs = row(a, 3 * stride, i), h = row(previous, stride, i);
    const to = row(state, stride, i), n = row(next, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const c = <f32>tanh64(<f64>load<f32>(zs + c4 + o));
      store<f32>(zs + c4 + o, c);
      const z = load<f32>(zs + o);
      const y = z * load<f32>(h + o) + (1 - z) * c;
      store<f32>(to + o, y);
      if (next) store<f32>(n + o, y);
    }
  }
}

/** From e[rows][units], the error of the state: errors in the place of z and c, and e becomes its part that h gets by z. */
export function gruBackwardState(e: usize, a: usize, previous: usize, stride: i32, rows: i32, units: i32): void {
  const c4: usize = (<usize>units) << 3;
  for (let i = 0; i < rows; i++) {
    const error = row(e, units, i), zs = row(a, 3 * stride, i), h = row(previous, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const d = load<f32>(error + o);
      const z = load<f32>(zs + o), c = load<f32>(zs + c4 + o);
      store<f32>(zs + o, d * (load<f32>(h + o) - c) * (z * (1 - z)));
      store<f32>(zs + c4 + o, d * (1 - z) * (1 - c * c));
      store<f32>(error + o, d * z);
    }
  }
}

/** From g[rows][units], the error of r · h: the error in the place of r, and e += the part that h gets by r. */
export function gruBackwardGates(g: usize, e: usize, a: usize, previous: usize, stride: i32, rows: i32, units: i32): void {
  const r4: usize = (<usize>units) << 2;
  for (let i = 0; i < rows; i++) {
    const from = row(g, units, i), error = row(e, units, i);
    const rs = row(a, 3 * stride, i) + r4, h = row(previous, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const d = load<f32>(from + o), r = load<f32>(rs + o);
      store<f32>(rs + o, d * load<f32>(h + o) * (r * (1 - r)));
      store<f32>(error + o, load<f32>(error + o) + d * r);
    }
  }
}
