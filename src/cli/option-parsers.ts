import { InvalidArgumentError } from 'commander';

/** For commander: a whole number of at least `least`. */
export function integerAtLeast(least: number): (value: string) => number {
  return (value) => {
    const n = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(n) || n < least) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    }
    return n;
  };
}

export function seed(value: string): number {
  const n = integerAtLeast(0)(value);
  if (n > 0xffffffff) throw new InvalidArgumentError('It must be at most 4294967295.');
  return n;
}

/** `30`, `30s`, `500ms` or `2m` → seconds. */
export function seconds(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(value);
  if (match === null) throw new InvalidArgumentError('It must be a time such as 30, 30s, 500ms or 2m.');
  return Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[(match[2] ?? 's') as 'ms' | 's' | 'm'];
}

/** One of these words. */
export function oneOf(...words: readonly string[]): (value: string) => string {
  return (value) => {
    if (!words.includes(value)) throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`);
    return value;
  };
}
