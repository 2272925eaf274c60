// One time step of spiking neural units, and its way back. Matrices as in recurrent.ts; all are `stride` apart.
import { tanh64 } from './math';
import { activated, row, sigmoid, slope } from './recurrent';

/**
 * s = g(a + decay · s' · (1 − y')), y = h(s + b): a holds W x + H y', s' and y' are the step before's (`before` and
 * `previous`; before the first step `before` is 0). y goes to `spikes` and, unless it is 0, to `next`.
 */
export function snuForward(
  kind: i32, soft: i32, decay: f32, a: usize, bias: usize, before: usize, previous: usize,
  membrane: usize, spikes: usize, next: usize, stride: i32, rows: i32, units: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const x = row(a, stride, i), s0 = row(before, stride, i), y0 = row(previous, stride, i);
    const to = row(membrane, stride, i), out = row(spikes, stride, i), n = row(next, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const kept: f32 = before ? decay * load<f32>(s0 + o) * (1 - load<f32>(y0 + o)) : 0;
      const s = activated(kind, load<f32>(x + o) + kept);
      store<f32>(to + o, s);
      const excess = s + load<f32>(bias + o);
      const y: f32 = soft ? sigmoid(excess) : excess > 0 ? 1 : excess == excess ? 0 : excess;
      store<f32>(out + o, y);
      if (next) store<f32>(n + o, y);
    }
  }
}

/**
 * From e and m [rows][units], the errors of y and of s (from the step after): the errors of s + b in `excess`, of the sum
 * in `a`, and in e and m those of y' and s', but for what y' gets through H. A step is gone back through as if it were
 * tanh.
 */
export function snuBackward(
  kind: i32, soft: i32, decay: f32, e: usize, m: usize, bias: usize, before: usize, previous: usize,
  membrane: usize, spikes: usize, excess: usize, a: usize, stride: i32, rows: i32, units: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const ys = row(e, units, i), ss = row(m, units, i);
    const s0 = row(before, stride, i), y0 = row(previous, stride, i);
    const s1 = row(membrane, stride, i), y1 = row(spikes, stride, i);
    const toExcess = row(excess, stride, i), to = row(a, stride, i);
    for (let j = 0; j < units; j++) {
      const o: usize = (<usize>j) << 2;
      const s = load<f32>(s1 + o);
      let fires: f32;
      if (soft) {
        fires = slope(4, load<f32>(y1 + o));
      } else {
        const t = <f32>tanh64(<f64>(s + load<f32>(bias + o)));
        fires = 1 - t * t;
      }
      const d = load<f32>(ys + o) * fires;
      store<f32>(toExcess + o, d);
      const sum = (load<f32>(ss + o) + d) * slope(kind, s);
      store<f32>(to + o, sum);
      if (!before) continue;
      const kept = sum * decay;
      store<f32>(ss + o, kept * (1 - load<f32>(y0 + o)));
      store<f32>(ys + o, -kept * load<f32>(s0 + o));
    }
  }
}
