/** Where numbers lie; the quartiles where they are known. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly q1?: number;
  readonly q3?: number;
}

const LONGEST = 30;
/** Shorter ones show nothing. */
const SHORTEST = 5;

/**
 * A ruler from `low` to `high` in `width` characters at most: `─` from the least to the greatest, `━` over the middle half
 * (over all if no quartiles are known), `●` at the mean, `·` where nothing is; the least and the greatest in digits behind
 * it where there is room. What lies beyond an end is drawn at that end.
 */
export function ruler(spread: Spread, low: number, high: number, width: number): string {
  const digits = ` ${spread.min.toFixed(2)} to ${spread.max.toFixed(2)}`;
  const withDigits = width - digits.length >= SHORTEST + 3;
  const cells = Math.min(LONGEST, withDigits ? width - digits.length : width);
  if (cells < SHORTEST) return '';
  const at = (value: number): number => {
    const part = (value - low) / (high - low);
    return Math.max(0, Math.min(cells - 1, Math.round(part * (cells - 1))));
  };
  const { min, max, q1 = min, q3 = max } = spread;
  const drawn: string[] = Array.from({ length: cells }, () => '·');
  drawn.fill('─', at(min), at(max) + 1).fill('━', at(q1), at(q3) + 1);
  drawn[at(spread.mean)] = '●';
  return drawn.join('') + (withDigits ? digits : '');
}
