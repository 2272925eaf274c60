// Windows sliding over images [height][width][channels]. `g` is a window's geometry: fourteen 32-bit numbers, see at().

// @ts-ignore: decorator
@inline
function at(g: usize, index: i32): i32 {
  // 0 height, 1 width, 2 outHeight, 3 outWidth, 4 kernelHeight, 5 kernelWidth, 6 strideHeight, 7 strideWidth,
  // 8 padTop, 9 padLeft, 10 channels, 11 channel multiplier, 12 dilationHeight, 13 dilationWidth
  return load<i32>(g + ((<usize>index) << 2));
}

/** cols[place][i][j][c]: the window of each place, zero where it hangs over the edge. One sample. */
export function imageToColumns(x: usize, cols: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), DH = at(g, 12), DW = at(g, 13);
  let to = cols;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      // The taps from..end are those inside the image; undilated, they are one run of memory.
      const left = q * SW - PL;
      const from = min(KW, firstInside(-left, DW)), end = max(from, min(KW, firstInside(W - left, DW)));
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i * DH;
        if (row < 0 || row >= H) {
          to = zeros(to, KW * C);
          continue;
        }
        to = zeros(to, from * C);
        const first = x + (<usize>((row * W + left + from * DW) * C) << 2);
        if (DW == 1) {
          to = copyRun(to, first, (end - from) * C);
        } else {
          const step: usize = <usize>(DW * C) << 2;
          let tap = first;
          for (let j = from; j < end; j++, tap += step) to = copyRun(to, tap, C);
        }
        to = zeros(to, (KW - end) * C);
      }
    }
  }
}

/** n numbers; gives the address behind them. */
// @ts-ignore: decorator
@inline
export function copyRun(to: usize, from: usize, n: i32): usize {
  const end: usize = to + ((<usize>n) << 2);
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(from));
  return end;
}

// @ts-ignore: decorator
@inline
export function zeros(to: usize, n: i32): usize {
  const end: usize = to + ((<usize>n) << 2);
  for (; to + 16 <= end; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += 4) store<f32>(to, 0);
  return end;
}

/** x[row][col][c] += cols[place][i][j][c]: the inverse of imageToColumns for errors. */
export function columnsToImage(cols: usize, x: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), DH = at(g, 12), DW = at(g, 13);
  const tapBytes: usize = (<usize>C) << 2, rowBytes: usize = (<usize>(KW * C)) << 2;
  let at_ = cols;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const left = q * SW - PL;
      const from = min(KW, firstInside(-left, DW)), end = max(from, min(KW, firstInside(W - left, DW)));
      for (let i = 0; i < KH; i++, at_ += rowBytes) {
        const row = r * SH - PT + i * DH;
        if (row < 0 || row >= H) continue;
        const first = x + (<usize>((row * W + left + from * DW) * C) << 2);
        let error = at_ + (<usize>(from * C) << 2);
        if (DW == 1) {
          addRun(first, error, (end - from) * C);
          continue;
        }
        const step: usize = <usize>(DW * C) << 2;
        let tap = first;
        for (let j = from; j < end; j++, tap += step, error += tapBytes) addRun(tap, error, C);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addRun(to: usize, from: usize, n: i32): void {
  const end: usize = to + ((<usize>n) << 2);
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** y[place][c·M + m] = Σ x[row][col][c] · w[i][j][c·M + m]. One sample. */
export function depthwiseForward(x: usize, w: usize, y: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const DH = at(g, 12), DW = at(g, 13);
  const bytes: usize = (<usize>C) << 2;
  if (M == 1) {
    for (let r = 0; r < OH; r++) {
      const top = r * SH - PT;
      const i0 = firstInside(-top, DH), i1 = min(KH, firstInside(H - top, DH));
      for (let q = 0; q < OW; q++, y += bytes) {
        const left = q * SW - PL;
        const j0 = firstInside(-left, DW), j1 = min(KW, firstInside(W - left, DW));
        for (let c = 0; c < C; c += 8) {
          if (C - c >= 8) {
            sumOfTaps8(x, w, y, (<usize>c) << 2, bytes, top, left, i0, i1, j0, j1, W, KW, DH, DW);
          } else {
            for (let k = c; k < C; k++) sumOfTaps1(x, w, y, (<usize>k) << 2, bytes, top, left, i0, i1, j0, j1, W, KW, DH, DW);
          }
        }
      }
    }
    return;
  }
  const N = C * M;
  memory.fill(y, 0, <usize>(OH * OW * N) << 2);
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const out = y + (<usize>((r * OW + q) * N) << 2);
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i * DH;
        if (row < 0 || row >= H) continue;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j * DW;
          if (col < 0 || col >= W) continue;
          const a = x + (<usize>((row * W + col) * C) << 2);
          const b = w + (<usize>((i * KW + j) * N) << 2);
          for (let c = 0; c < C; c++) {
            const v = load<f32>(a + ((<usize>c) << 2));
            for (let m = 0; m < M; m++) {
              const o: usize = (<usize>(c * M + m)) << 2;
              store<f32>(out + o, load<f32>(out + o) + v * load<f32>(b + o));
            }
          }
        }
      }
    }
  }
}

/** y[c] = Σ over the taps i0..i1, j0..j1 of x · w, for the eight channels from byte `o` on. */
// @ts-ignore: decorator
@inline
function sumOfTaps8(
  x: usize, w: usize, y: usize, o: usize, bytes: usize,
  top: i32, left: i32, i0: i32, i1: i32, j0: i32, j1: i32, W: i32, KW: i32, DH: i32, DW: i32,
): void {
  const step: usize = <usize>DW * bytes;
  let s = f32x4.splat(0), t = f32x4.splat(0);
  for (let i = i0; i < i1; i++) {
    let a = x + <usize>((top + i * DH) * W + left + j0 * DW) * bytes + o;
    let b = w + <usize>(i * KW + j0) * bytes + o;
    for (let j = j0; j < j1; j++, a += step, b += bytes) {
      s = f32x4.add(s, f32x4.mul(v128.load(a), v128.load(b)));
      t = f32x4.add(t, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    }
  }
  v128.store(y + o, s);
  v128.store(y + o, t, 16);
}

// @ts-ignore: decorator
@inline
function sumOfTaps1(
  x: usize, w: usize, y: usize, o: usize, bytes: usize,
  top: i32, left: i32, i0: i32, i1: i32, j0: i32, j1: i32, W: i32, KW: i32, DH: i32, DW: i32,
): void {
  const step: usize = <usize>DW * bytes;
  let s: f32 = 0;
  for (let i = i0; i < i1; i++) {
    let a = x + <usize>((top + i * DH) * W + left + j0 * DW) * bytes + o;
    let b = w + <usize>(i * KW + j0) * bytes + o;
    for (let j = j0; j < j1; j++, a += step, b += bytes) s += load<f32>(a) * load<f32>(b);
  }
  store<f32>(y + o, s);
}

/** out[c] += a[c] · b[c] */
// @ts-ignore: decorator
@inline
function multiplyAdd(out: usize, a: usize, b: usize, C: i32): void {
  const end: usize = out + ((<usize>C) << 2);
  for (; out + 16 <= end; out += 16, a += 16, b += 16) {
    v128.store(out, f32x4.add(v128.load(out), f32x4.mul(v128.load(a), v128.load(b))));
  }
  for (; out < end; out += 4, a += 4, b += 4) store<f32>(out, load<f32>(out) + load<f32>(a) * load<f32>(b));
}

/** dx[row][col][c] += Σ_m d[place][c·M + m] · w[i][j][c·M + m]. One sample; dx is added to. */
export function depthwiseBackwardInput(d: usize, w: usize, dx: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const DH = at(g, 12), DW = at(g, 13);
  const N = C * M;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const e = d + (<usize>((r * OW + q) * N) << 2);
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i * DH;
        if (row < 0 || row >= H) continue;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j * DW;
          if (col < 0 || col >= W) continue;
          const to = dx + (<usize>((row * W + col) * C) << 2);
          const b = w + (<usize>((i * KW + j) * N) << 2);
          if (M == 1) {
            multiplyAdd(to, e, b, C);
            continue;
          }
          for (let c = 0; c < C; c++) {
            let s: f32 = 0;
            for (let m = 0; m < M; m++) {
              const o: usize = (<usize>(c * M + m)) << 2;
              s += load<f32>(e + o) * load<f32>(b + o);
            }
            const o: usize = (<usize>c) << 2;
            store<f32>(to + o, load<f32>(to + o) + s);
          }
        }
      }
    }
  }
}

/** dw[i][j][c·M + m] (+)= alpha · Σ over the places x[row][col][c] · d[place][c·M + m]. One sample. */
export function depthwiseBackwardWeights(x: usize, d: usize, dw: usize, g: usize, alpha: f32, accumulate: i32): void {
  const share = f32x4.splat(alpha);
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const DH = at(g, 12), DW = at(g, 13);
  const N = C * M;
  for (let i = 0; i < KH; i++) {
    // The places r0..r1, q0..q1 are those at which this tap lies inside the image.
    const top = PT - i * DH;
    const r0 = firstInside(top, SH), r1 = min(OH, firstInside(H + top, SH));
    for (let j = 0; j < KW; j++) {
      const left = PL - j * DW;
      const q0 = firstInside(left, SW), q1 = min(OW, firstInside(W + left, SW));
      const to = dw + (<usize>((i * KW + j) * N) << 2);
      let c = 0;
      if (M == 1) {
        for (; c + 8 <= C; c += 8) {
          const o: usize = (<usize>c) << 2;
          let s = f32x4.splat(0), t = f32x4.splat(0);
          for (let r = r0; r < r1; r++) {
            let a = x + (<usize>(((r * SH - top) * W + q0 * SW - left) * C) << 2) + o;
            let e = d + (<usize>((r * OW + q0) * C) << 2) + o;
            const aStep: usize = (<usize>(SW * C)) << 2, eStep: usize = (<usize>C) << 2;
            for (let q = q0; q < q1; q++, a += aStep, e += eStep) {
              s = f32x4.add(s, f32x4.mul(v128.load(a), v128.load(e)));
              t = f32x4.add(t, f32x4.mul(v128.load(a, 16), v128.load(e, 16)));
            }
          }
          s = f32x4.mul(s, share);
          t = f32x4.mul(t, share);
          if (accumulate) {
            s = f32x4.add(v128.load(to + o), s);
            t = f32x4.add(v128.load(to + o, 16), t);
          }
          v128.store(to + o, s);
          v128.store(to + o, t, 16);
        }
      }
      for (let k = c * M; k < N; k++) {
        let s: f32 = 0;
        for (let r = r0; r < r1; r++) {
          for (let q = q0; q < q1; q++) {
            const v = load<f32>(x + (<usize>(((r * SH - top) * W + q * SW - left) * C + k / M) << 2));
            s += v * load<f32>(d + (<usize>((r * OW + q) * N + k) << 2));
          }
        }
        s *= alpha;
        store<f32>(to + ((<usize>k) << 2), accumulate ? load<f32>(to + ((<usize>k) << 2)) + s : s);
      }
    }
  }
}

/** The first place p ≥ 0 with p · stride ≥ offset. */
// @ts-ignore: decorator
@inline
function firstInside(offset: i32, stride: i32): i32 {
  return offset <= 0 ? 0 : stride == 1 ? offset : (offset + stride - 1) / stride;
}

/** y[place][c] = the window's maximum; index[place][c] = where in the sample it stands, the first among equals. */
export function maxPoolForward(x: usize, y: usize, index: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10);
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      for (let c = 0; c < C; c++) {
        let best: f32 = 0;
        let where = -1;
        for (let i = 0; i < KH; i++) {
          const row = r * SH - PT + i;
          if (row < 0 || row >= H) continue;
          for (let j = 0; j < KW; j++) {
            const col = q * SW - PL + j;
            if (col < 0 || col >= W) continue;
            const element = (row * W + col) * C + c;
            const v = load<f32>(x + ((<usize>element) << 2));
            // NaN wins, so that a run that has diverged is seen.
            if (where < 0 || v > best || v != v) {
              best = v;
              where = element;
            }
          }
        }
        const o: usize = (<usize>((r * OW + q) * C + c)) << 2;
        store<f32>(y + o, best);
        store<i32>(index + o, where);
      }
    }
  }
}

/** dx[index[k]] += d[k] */
export function maxPoolBackward(d: usize, index: usize, dx: usize, n: i32): void {
  for (let k = 0; k < n; k++) {
    const o: usize = (<usize>k) << 2;
    const to = dx + ((<usize>load<i32>(index + o)) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(d + o));
  }
}

/** y[place][c] = the window's mean over what lies inside the image. */
export function averagePoolForward(x: usize, y: usize, g: usize): void {
  const C = at(g, 10), OH = at(g, 2), OW = at(g, 3);
  memory.fill(y, 0, <usize>(OH * OW * C) << 2);
  average(x, y, g, 1);
}

/** dx += the error of each window, shared out evenly. */
export function averagePoolBackward(d: usize, dx: usize, g: usize): void {
  average(dx, d, g, 0);
}

/** forward: y += mean of x; otherwise: x += y / count. */
function average(x: usize, y: usize, g: usize, forward: i32): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10);
  for (let r = 0; r < OH; r++) {
    const r0 = max(0, r * SH - PT), r1 = min(H, r * SH - PT + KH);
    for (let q = 0; q < OW; q++) {
      const q0 = max(0, q * SW - PL), q1 = min(W, q * SW - PL + KW);
      const share: f32 = <f32>1 / <f32>((r1 - r0) * (q1 - q0));
      const place = y + (<usize>((r * OW + q) * C) << 2);
      for (let c = 0; c < C; c++) {
        const o: usize = (<usize>c) << 2;
        const e = load<f32>(place + o) * share;
        let s: f32 = 0;
        for (let row = r0; row < r1; row++) {
          for (let col = q0; col < q1; col++) {
            const p = x + (<usize>((row * W + col) * C) << 2) + o;
            if (forward) s += load<f32>(p);
            else store<f32>(p, load<f32>(p) + e);
          }
        }
        if (forward) store<f32>(place + o, s * share);
      }
    }
  }
}
