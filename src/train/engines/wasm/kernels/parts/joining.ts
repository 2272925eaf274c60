// Layers that join tensors or lay them into others, and products of two layers.

import { copyRun } from './images';

/** to[k · toStride + i] = from[k · fromStride + i] for k < count, i < length. */
export function copyBlocks(to: usize, toStride: i32, from: usize, fromStride: i32, length: i32, count: i32): void {
  for (let k = 0; k < count; k++) {
    copyRun(to, from, length);
    to += <usize>toStride << 2;
    from += <usize>fromStride << 2;
  }
}

/** to[k · toStride + i] += from[k · fromStride + i] */
export function addBlocks(to: usize, toStride: i32, from: usize, fromStride: i32, length: i32, count: i32): void {
  for (let k = 0; k < count; k++) {
    let a = to, b = from;
    const end: usize = to + (<usize>length << 2);
    for (; a + 16 <= end; a += 16, b += 16) v128.store(a, f32x4.add(v128.load(a), v128.load(b)));
    for (; a < end; a += 4, b += 4) store<f32>(a, load<f32>(a) + load<f32>(b));
    to += <usize>toStride << 2;
    from += <usize>fromStride << 2;
  }
}

/** out[k][i] (+)= a[k][i] · b[i] for k < count, i < length. */
export function multiplyRows(out: usize, a: usize, b: usize, length: i32, count: i32, accumulate: i32): void {
  const bytes: usize = <usize>length << 2;
  for (let k = 0; k < count; k++) {
    let factor = b;
    const end: usize = out + bytes;
    for (; out + 16 <= end; out += 16, a += 16, factor += 16) {
      const product = f32x4.mul(v128.load(a), v128.load(factor));
      v128.store(out, accumulate ? f32x4.add(v128.load(out), product) : product);
    }
    for (; out < end; out += 4, a += 4, factor += 4) {
      const product: f32 = load<f32>(a) * load<f32>(factor);
      store<f32>(out, accumulate ? load<f32>(out) + product : product);
    }
  }
}

/** out[i] += Σ over k < count of a[k][i] · b[k][i], in the order of k. */
export function addProducts(out: usize, a: usize, b: usize, length: i32, count: i32): void {
  const bytes: usize = <usize>length << 2;
  for (let k = 0; k < count; k++) {
    let to = out;
    const end: usize = out + bytes;
    for (; to + 16 <= end; to += 16, a += 16, b += 16) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(a), v128.load(b))));
    }
    for (; to < end; to += 4, a += 4, b += 4) store<f32>(to, load<f32>(to) + load<f32>(a) * load<f32>(b));
  }
}
