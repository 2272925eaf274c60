// Windows sliding over images [height][width][channels]. `g` is a window's geometry: twelve 32-bit numbers, see at().

// @ts-ignore: decorator
@inline
function at(g: usize, index: i32): i32 {
  // 0 height, 1 width, 2 outHeight, 3 outWidth, 4 kernelHeight, 5 kernelWidth, 6 strideHeight, 7 strideWidth,
  // 8 padTop, 9 padLeft, 10 channels, 11 channel multiplier
  return load<i32>(g + ((<usize>index) << 2));
}

/** cols[place][i][j][c]: the window of each place, zero where it hangs over the edge. One sample. */
export function imageToColumns(x: usize, cols: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9);
  const bytes: usize = (<usize>at(g, 10)) << 2;
  let to = cols;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j;
          if (row < 0 || row >= H || col < 0 || col >= W) memory.fill(to, 0, bytes);
          else memory.copy(to, x + <usize>(row * W + col) * bytes, bytes);
          to += bytes;
        }
      }
    }
  }
}

/** x[row][col][c] += cols[place][i][j][c]: the inverse of imageToColumns for errors. */
export function columnsToImage(cols: usize, x: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10);
  const bytes: usize = (<usize>C) << 2;
  let from = cols;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j;
          if (row >= 0 && row < H && col >= 0 && col < W) addTo(x + <usize>(row * W + col) * bytes, from, C);
          from += bytes;
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, from: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o: usize = (<usize>i) << 2;
    v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(from + o)));
  }
  for (; i < n; i++) {
    const o: usize = (<usize>i) << 2;
    store<f32>(to + o, load<f32>(to + o) + load<f32>(from + o));
  }
}

/** y[place][c·M + m] = Σ x[row][col][c] · w[i][j][c·M + m]. One sample. */
export function depthwiseForward(x: usize, w: usize, y: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const N = C * M;
  memory.fill(y, 0, <usize>(OH * OW * N) << 2);
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const out = y + (<usize>((r * OW + q) * N) << 2);
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i;
        if (row < 0 || row >= H) continue;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j;
          if (col < 0 || col >= W) continue;
          const a = x + (<usize>((row * W + col) * C) << 2);
          const b = w + (<usize>((i * KW + j) * N) << 2);
          multiplyAdd(out, a, b, C, M);
        }
      }
    }
  }
}

/** out[c·M + m] += a[c] · b[c·M + m] */
// @ts-ignore: decorator
@inline
function multiplyAdd(out: usize, a: usize, b: usize, C: i32, M: i32): void {
  let c = 0;
  if (M == 1) {
    for (; c + 4 <= C; c += 4) {
      const o: usize = (<usize>c) << 2;
      v128.store(out + o, f32x4.add(v128.load(out + o), f32x4.mul(v128.load(a + o), v128.load(b + o))));
    }
  }
  for (; c < C; c++) {
    const v = load<f32>(a + ((<usize>c) << 2));
    for (let m = 0; m < M; m++) {
      const o: usize = (<usize>(c * M + m)) << 2;
      store<f32>(out + o, load<f32>(out + o) + v * load<f32>(b + o));
    }
  }
}

/** dx[row][col][c] += Σ_m d[place][c·M + m] · w[i][j][c·M + m]. One sample; dx is added to. */
export function depthwiseBackwardInput(d: usize, w: usize, dx: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const N = C * M;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const e = d + (<usize>((r * OW + q) * N) << 2);
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i;
        if (row < 0 || row >= H) continue;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j;
          if (col < 0 || col >= W) continue;
          const to = dx + (<usize>((row * W + col) * C) << 2);
          const b = w + (<usize>((i * KW + j) * N) << 2);
          if (M == 1) {
            multiplyAdd(to, e, b, C, 1);
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

/** dw[i][j][c·M + m] += x[row][col][c] · d[place][c·M + m]. One sample; dw is added to. */
export function depthwiseBackwardWeights(x: usize, d: usize, dw: usize, g: usize): void {
  const H = at(g, 0), W = at(g, 1), OH = at(g, 2), OW = at(g, 3), KH = at(g, 4), KW = at(g, 5);
  const SH = at(g, 6), SW = at(g, 7), PT = at(g, 8), PL = at(g, 9), C = at(g, 10), M = at(g, 11);
  const N = C * M;
  for (let r = 0; r < OH; r++) {
    for (let q = 0; q < OW; q++) {
      const e = d + (<usize>((r * OW + q) * N) << 2);
      for (let i = 0; i < KH; i++) {
        const row = r * SH - PT + i;
        if (row < 0 || row >= H) continue;
        for (let j = 0; j < KW; j++) {
          const col = q * SW - PL + j;
          if (col < 0 || col >= W) continue;
          multiplyAdd(dw + (<usize>((i * KW + j) * N) << 2), x + (<usize>((row * W + col) * C) << 2), e, C, M);
        }
      }
    }
  }
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
