/** Maps data to pixels in a straight line. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** `low` and `high` widened to round numbers, with ticks at 1, 2 or 5 times a power of ten; about `count` of them. */
export function niceScale(low: number, high: number, pixels: readonly [number, number], count = 5): Scale {
  const span = high > low ? high - low : Math.max(Math.abs(low), 1) * 0.1;
  const step = niceStep(span / count);
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.ceil((low + span) / step - 1e-9) * step;
  return fixedScale(from, to, pixels, step);
}

/** Exactly from `low` to `high`. */
export function fixedScale(low: number, high: number, pixels: readonly [number, number], step: number): Scale {
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(clean(k * step));
  const range = high - low || 1;
  return { low, high, ticks, at: (value) => pixels[0] + ((value - low) / range) * (pixels[1] - pixels[0]) };
}

export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const part = rough / power;
  return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/** 0.30000000000000004 is 0.3. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
