// Memory that a kernel may use while it runs. The address is a global of the instance, not in memory: threads that share
// the memory have a scratch each.

/** Floats of one block of a sum, and rows of one block of A: what `gemm` keeps packed at a time. */
export const BLOCK_K: i32 = 400;
export const BLOCK_M: i32 = 256;

/** [BLOCK_K][8] of B, [BLOCK_M][BLOCK_K] of A, a tile [4][8]. */
export const PANEL_BYTES: usize = BLOCK_K * 8 * 4;
export const PACKED_BYTES: usize = BLOCK_M * BLOCK_K * 4;
const TILE_BYTES: usize = 4 * 8 * 4;

let scratch: usize = 0;

export function scratchBytes(): usize {
  return PANEL_BYTES + PACKED_BYTES + TILE_BYTES;
}

/** To be called once, before any product: `address` begins scratchBytes() that nobody else uses. */
export function useScratch(address: usize): void {
  scratch = address;
}

// @ts-ignore: decorator
@inline
export function panelScratch(): usize {
  return scratch;
}

// @ts-ignore: decorator
@inline
export function packedScratch(): usize {
  return scratch + PANEL_BYTES;
}

// @ts-ignore: decorator
@inline
export function tileScratch(): usize {
  return scratch + PANEL_BYTES + PACKED_BYTES;
}
