// Vectors of four numbers where there may be fewer.

/** n, or the next multiple of 8. */
// @ts-ignore: decorator
@inline
export function atLeast(n: i32): i32 {
  return (n + 7) & ~7;
}

/** The first n of four numbers, zeros in the place of the others. */
// @ts-ignore: decorator
@inline
export function loadSome(from: usize, n: i32): v128 {
  return n >= 4 ? v128.load(from) : loadFew(from, n);
}

function loadFew(from: usize, n: i32): v128 {
  let v = v128.load32_zero(from);
  if (n > 1) v = v128.load32_lane(from, v, 1, 4);
  if (n > 2) v = v128.load32_lane(from, v, 2, 8);
  return v;
}

/** The first n of four numbers. */
// @ts-ignore: decorator
@inline
export function storeSome(to: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(to, v);
  else storeFew(to, v, n);
}

function storeFew(to: usize, v: v128, n: i32): void {
  v128.store32_lane(to, v, 0);
  if (n > 1) v128.store32_lane(to, v, 1, 4);
  if (n > 2) v128.store32_lane(to, v, 2, 8);
}
