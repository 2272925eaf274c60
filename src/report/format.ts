/** Numbers as people read them; the same in the page and in the summary. */

export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** 1234567 as 1 234 567, with narrow spaces that do not break. */
export function integer(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** So many a second: below ten with two digits. */
export function rate(perSecond: number): string {
  return perSecond < 10 ? real(perSecond, 2) : integer(perSecond);
}

/** Bytes with a unit that keeps three or four digits; 1 KiB is 1024 bytes. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** A plain number for an axis or a table: no exponent, no trailing noise. */
export function real(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(digits)).toString();
}

/** Percentage points with a sign; below a tenth with two digits, and what rounds to zero has neither. */
export function points(difference: number): string {
  const digits = Math.abs(difference) < 0.001 ? 2 : 1;
  const value = (100 * Math.abs(difference)).toFixed(digits);
  if (Number(value) === 0) return '0.0 points';
  return `${difference > 0 ? '+' : '−'}${value} points`;
}
