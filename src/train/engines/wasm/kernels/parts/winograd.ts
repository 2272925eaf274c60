// Convolution of 3 × 3 windows, stride 1, by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray, arXiv:1509.09308): a tile of
// 2 × 2 outputs costs 16 products a pair of channels in the place of 36.
//   U = G w Gᵀ of a filter, V = Bᵀ x B of a tile of 4 × 4 inputs, y = Aᵀ (Σ_c U · V) A
//   gradient  dw = Gᵀ (Σ_tiles (A d Aᵀ) · V) G
// The sums are 16 small matrix products, one a point of the transformed tile. Tiles are numbered through the batch, a block
// of them at a time, so that V and the sums stay in the cache. An output is a sum over channels in ascending order and
// knows nothing of the other tiles; a gradient is a sum over tiles block by block.
//
// `g`, eleven 32-bit numbers: 0 height, 1 width, 2 channels, 3 outHeight, 4 outWidth, 5 filters, 6 padTop, 7 padLeft,
// 8 tiles of a block, 9 floats of the padded sample, 10 floats from a point of V, and of the sums, to the next.
// `work`: the padded sample, V [16][tiles][channels], then [16][tiles][filters] of sums or errors. Channels and filters are
// padded to multiples of 8 there.
import { outerTile4x8, plainTile4x8, tile1x8 } from './gemm-tile';
import { copyRun, zeros } from './images';
import { atLeast, loadSome, storeSome } from './lanes';

// @ts-ignore: decorator
@inline
function at(g: usize, index: i32): i32 {
  return load<i32>(g + ((<usize>index) << 2));
}

// @ts-ignore: decorator
@inline
function floats(n: i32): usize {
  return (<usize>n) << 2;
}

/**
 * Y[row][place][filter] = the convolution of X with U (+ Y if accumulate) for `rows` samples; U from winogradFilters.
 */
export function winogradForward(X: usize, U: usize, Y: usize, rows: i32, g: usize, work: usize, accumulate: i32): void {
  const C = at(g, 2), OH = at(g, 3), OW = at(g, 4), K = at(g, 5), block = at(g, 8), point = floats(at(g, 10));
  const across = (OW + 1) >> 1, tiles = ((OH + 1) >> 1) * across;
  const v = work + floats(at(g, 9)), m = v + (point << 4);
  const c4 = floats(atLeast(C)), k4 = floats(atLeast(K));
  let padded = -1;
  for (let first = 0; first < rows * tiles; first += block) {
    const n = min(block, rows * tiles - first);
    padded = inputTiles(X, first, n, padded, g, work, v);
    for (let p: usize = 0; p < 16; p++) {
      products(v + p * point, c4, U + p * k4 * <usize>C, m + p * point, k4, n, K, C);
    }
    for (let s = 0; s < n; s++) {
      const row = (first + s) / tiles, tile = (first + s) % tiles;
      const i = (tile / across) << 1, j = (tile % across) << 1;
      const to = Y + floats(((row * OH + i) * OW + j) * K);
      outputTile(m + <usize>s * k4, point, to, floats(OW * K), floats(K), K, i + 1 < OH, j + 1 < OW, accumulate);
    }
  }
}

/**
 * S[16][filters][channels], padded: the transformed gradient of the filters, summed over `rows` samples of X and their
 * errors D.
 */
export function winogradGradient(X: usize, D: usize, S: usize, rows: i32, g: usize, work: usize): void {
  const C = at(g, 2), OH = at(g, 3), OW = at(g, 4), K = at(g, 5), block = at(g, 8), point = floats(at(g, 10));
  const across = (OW + 1) >> 1, tiles = ((OH + 1) >> 1) * across;
  const v = work + floats(at(g, 9)), e = v + (point << 4);
  const c4 = floats(atLeast(C)), k4 = floats(atLeast(K));
  let padded = -1;
  for (let first = 0; first < rows * tiles; first += block) {
    const n = min(block, rows * tiles - first);
    padded = inputTiles(X, first, n, padded, g, work, v);
    for (let s = 0; s < n; s++) {
      const row = (first + s) / tiles, tile = (first + s) % tiles;
      const i = (tile / across) << 1, j = (tile % across) << 1;
      const from = D + floats(((row * OH + i) * OW + j) * K);
      errorTile(from, floats(OW * K), floats(K), K, i + 1 < OH, j + 1 < OW, e + <usize>s * k4, point);
    }
    for (let p: usize = 0; p < 16; p++) {
      const errors = e + p * point, inputs = v + p * point, sums = S + p * <usize>atLeast(K) * c4;
      for (let c: usize = 0; c < c4; c += 32) {
        for (let k: usize = 0; k < k4; k += 16) {
          outerTile4x8(errors + k, k4, inputs + c, c4, sums + (k >> 2) * c4 + c, c4, n, i32(first > 0));
        }
      }
    }
  }
}

/** V of the tiles first … first + n; `padded` is the sample that lies padded in `image`, given back as it is then. */
function inputTiles(X: usize, first: i32, n: i32, padded: i32, g: usize, image: usize, V: usize): i32 {
  const H = at(g, 0), W = at(g, 1), C = at(g, 2), OH = at(g, 3), OW = at(g, 4), point = floats(at(g, 10));
  const down = (OH + 1) >> 1, across = (OW + 1) >> 1, tiles = down * across;
  const c4 = floats(atLeast(C)), width = 2 * across + 2;
  for (let s = 0; s < n; s++) {
    const row = (first + s) / tiles, tile = (first + s) % tiles;
    if (row != padded) {
      padImage(X + floats(row * H * W * C), image, H, W, C, at(g, 6), at(g, 7), 2 * down + 2, width);
      padded = row;
    }
    const corner = image + <usize>(2 * (tile / across) * width + 2 * (tile % across)) * c4;
    inputTile(corner, <usize>width * c4, c4, V + <usize>s * c4, point);
  }
  return padded;
}

/** A sample [H][W][C] in the middle of zeros, [height][width][channels padded]. */
function padImage(x: usize, image: usize, H: i32, W: i32, C: i32, top: i32, left: i32, height: i32, width: i32): void {
  const c8 = atLeast(C);
  let to = zeros(image, top * width * c8);
  let from = x;
  for (let r = 0; r < H; r++) {
    to = zeros(to, left * c8);
    if (c8 == C) {
      to = copyRun(to, from, W * C);
      from += floats(W * C);
    } else {
      for (let q = 0; q < W; q++, from += floats(C)) to = zeros(copyRun(to, from, C), c8 - C);
    }
    to = zeros(to, (width - left - W) * c8);
  }
  zeros(to, (height - top - H) * width * c8);
}

/** M[n][K] = V[n][C] · U[C][K], U in panels of eight columns. */
// @ts-ignore: decorator
@inline
function products(V: usize, c4: usize, U: usize, M: usize, k4: usize, n: i32, K: i32, C: i32): void {
  const n4 = n & ~3;
  let panel = U;
  for (let k: usize = 0; k < k4; k += 32, panel += floats(C) << 3) {
    for (let s = 0; s < n4; s += 4) plainTile4x8(V + <usize>s * c4, c4, panel, M + <usize>s * k4 + k, k4, C);
    for (let s = n4; s < n; s++) tile1x8(V + <usize>s * c4, panel, M + <usize>s * k4 + k, C, 1, 1, 0);
  }
}

/** V = Bᵀ x B for all channels; rows of x are r4 bytes apart, columns c4, points of V `point`. */
function inputTile(x: usize, r4: usize, c4: usize, V: usize, point: usize): void {
  const x1 = x + r4, x2 = x1 + r4, x3 = x2 + r4;
  const j1 = c4, j2 = c4 << 1, j3 = j1 + j2;
  const row: usize = point << 2;
  for (let o: usize = 0; o < c4; o += 16) {
    const v = V + o;
    putInputRow(
      f32x4.sub(v128.load(x + o), v128.load(x2 + o)), f32x4.sub(v128.load(x + o + j1), v128.load(x2 + o + j1)),
      f32x4.sub(v128.load(x + o + j2), v128.load(x2 + o + j2)), f32x4.sub(v128.load(x + o + j3), v128.load(x2 + o + j3)),
      v, point,
    );
    const a0 = v128.load(x1 + o), a1 = v128.load(x1 + o + j1), a2 = v128.load(x1 + o + j2), a3 = v128.load(x1 + o + j3);
    const b0 = v128.load(x2 + o), b1 = v128.load(x2 + o + j1), b2 = v128.load(x2 + o + j2), b3 = v128.load(x2 + o + j3);
    putInputRow(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3), v + row, point);
    putInputRow(f32x4.sub(b0, a0), f32x4.sub(b1, a1), f32x4.sub(b2, a2), f32x4.sub(b3, a3), v + (row << 1), point);
    putInputRow(
      f32x4.sub(a0, v128.load(x3 + o)), f32x4.sub(a1, v128.load(x3 + o + j1)),
      f32x4.sub(a2, v128.load(x3 + o + j2)), f32x4.sub(a3, v128.load(x3 + o + j3)),
      v + row * 3, point,
    );
  }
}

/** A row of Bᵀx times B. */
// @ts-ignore: decorator
@inline
function putInputRow(t0: v128, t1: v128, t2: v128, t3: v128, v: usize, point: usize): void {
  v128.store(v, f32x4.sub(t0, t2));
  v128.store(v + point, f32x4.add(t1, t2));
  v128.store(v + (point << 1), f32x4.sub(t2, t1));
  v128.store(v + point * 3, f32x4.sub(t1, t3));
}

/** y[2][2][K] (+)= Aᵀ M A; the second row and column only if they are there. */
function outputTile(
  M: usize, point: usize, y: usize, r4: usize, k4: usize, K: i32, below: bool, beside: bool, accumulate: i32,
): void {
  const row: usize = point << 2;
  for (let k = 0; k < K; k += 4) {
    const o = floats(k), m = M + o, to = y + o;
    const n = K - k;
    const m0 = aroundColumn(m, row, 0), m1 = aroundColumn(m + point, row, 0);
    const m2 = aroundColumn(m + (point << 1), row, 0), m3 = aroundColumn(m + point * 3, row, 0);
    putOutput(to, f32x4.add(f32x4.add(m0, m1), m2), n, accumulate);
    if (beside) putOutput(to + k4, f32x4.sub(f32x4.sub(m1, m2), m3), n, accumulate);
    if (!below) continue;
    const n0 = aroundColumn(m, row, 1), n1 = aroundColumn(m + point, row, 1);
    const n2 = aroundColumn(m + (point << 1), row, 1), n3 = aroundColumn(m + point * 3, row, 1);
    putOutput(to + r4, f32x4.add(f32x4.add(n0, n1), n2), n, accumulate);
    if (beside) putOutput(to + r4 + k4, f32x4.sub(f32x4.sub(n1, n2), n3), n, accumulate);
  }
}

/** A column of Aᵀ M: its upper or its lower number. */
// @ts-ignore: decorator
@inline
function aroundColumn(m: usize, row: usize, lower: i32): v128 {
  const m1 = v128.load(m + row), m2 = v128.load(m + (row << 1));
  if (lower) return f32x4.sub(f32x4.sub(m1, m2), v128.load(m + row * 3));
  return f32x4.add(f32x4.add(v128.load(m), m1), m2);
}

// @ts-ignore: decorator
@inline
function putOutput(to: usize, v: v128, n: i32, accumulate: i32): void {
  storeSome(to, accumulate ? f32x4.add(loadSome(to, n), v) : v, n);
}

/** E = A d Aᵀ of 2 × 2 errors, zero where there are none. */
function errorTile(d: usize, r4: usize, k4: usize, K: i32, below: bool, beside: bool, E: usize, point: usize): void {
  const none = f32x4.splat(0);
  const row: usize = point << 2;
  for (let k = 0; k < K; k += 4) {
    const from = d + floats(k), e = E + floats(k);
    const n = K - k;
    const d00 = loadSome(from, n);
    const d01 = beside ? loadSome(from + k4, n) : none;
    const d10 = below ? loadSome(from + r4, n) : none;
    const d11 = below && beside ? loadSome(from + r4 + k4, n) : none;
    putErrorRow(d00, d01, e, point);
    putErrorRow(f32x4.add(d00, d10), f32x4.add(d01, d11), e + row, point);
    putErrorRow(f32x4.sub(d00, d10), f32x4.sub(d01, d11), e + (row << 1), point);
    putErrorRow(f32x4.neg(d10), f32x4.neg(d11), e + row * 3, point);
  }
}

// @ts-ignore: decorator
@inline
function putErrorRow(a: v128, b: v128, e: usize, point: usize): void {
  v128.store(e, a);
  v128.store(e + point, f32x4.add(a, b));
  v128.store(e + (point << 1), f32x4.sub(a, b));
  v128.store(e + point * 3, f32x4.neg(b));
}
