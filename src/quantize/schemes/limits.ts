/**
 * Scales stay within 2^±60, so that the product of two (a bias scale) is a normal float32. A tensor whose range would
 * need a finer scale is noise next to anything the network does; a coarser one is refused.
 */
export const MIN_SCALE = 2 ** -60;
export const MAX_SCALE = 2 ** 60;

/** |bias| in units of its scale: leaves the other half of int32 to the products. */
export const BIAS_LIMIT = 2 ** 30;
