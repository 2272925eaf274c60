import t from 'tap';
import { roundHalfAway } from '../../src/ir/quantize-input.js';
import { multiplyByQuantizedMultiplier, quantizeMultiplier, roundingShiftRight } from '../../src/ir/requantize.js';
import { Rng } from '../../src/util/rng.js';

/** TFLite's definition in BigInt, with gemmlowp's nudge and truncating division, written apart from the fast one. */
function bigModel(x: number, multiplier: number, shift: number): number {
  const left = BigInt(Math.max(0, shift));
  const right = BigInt(Math.max(0, -shift));
  const product = (BigInt(x) << left) * BigInt(multiplier);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  const high = (product + nudge) / (1n << 31n);
  const mask = (1n << right) - 1n;
  const remainder = high & mask;
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n);
  return Number((high >> right) + (remainder > threshold ? 1n : 0n));
}

void t.test('the fast product equals the BigInt model on random and extreme arguments', async (t) => {
  const rng = new Rng(11);
  const edges = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 30), 65535, 65536, -65536, 32768];
  const multipliers = [2 ** 30, 2 ** 31 - 1, 2 ** 30 + 1, 0x60000000, 0x5a82799a, 0x4000ffff, 0x7fff0000, 0];
  let wrong = 0;
  const check = (x: number, m: number, s: number): void => {
    if (multiplyByQuantizedMultiplier(x, m, s) !== bigModel(x, m, s)) wrong++;
  };
  for (let s = -31; s <= 0; s++) for (const x of edges) for (const m of multipliers) check(x, m, s);
  for (let i = 0; i < 200000; i++) {
    const shift = rng.below(38) - 31;
    const limit = 2 ** (31 - Math.max(0, shift));
    const x = Math.trunc((rng.uniform() * 2 - 1) * 2 ** -rng.below(25) * (limit - 1));
    check(x, 2 ** 30 + rng.below(2 ** 30), shift);
  }
  t.equal(wrong, 0);
});

void t.test('ties, by hand', async (t) => {
  // x * 2^30 / 2^31 = x / 2: the first rounding sends ties towards plus infinity.
  t.equal(multiplyByQuantizedMultiplier(1, 2 ** 30, 0), 1);
  t.equal(multiplyByQuantizedMultiplier(-1, 2 ** 30, 0), 0);
  t.equal(multiplyByQuantizedMultiplier(3, 2 ** 30, 0), 2);
  t.equal(multiplyByQuantizedMultiplier(-3, 2 ** 30, 0), -1);
  // The second sends them away from zero: 5 / 2 -> 3, then 3 / 2 -> 2; single rounding of 5 / 4 would give 1.
  t.equal(multiplyByQuantizedMultiplier(5, 2 ** 30, -1), 2);
  t.equal(multiplyByQuantizedMultiplier(-5, 2 ** 30, -1), -1);
  t.equal(multiplyByQuantizedMultiplier(-6, 2 ** 30, -1), -2);
  t.equal(roundingShiftRight(6, 2), 2);
  t.equal(roundingShiftRight(-6, 2), -2);
  t.equal(roundingShiftRight(5, 2), 1);
  t.equal(roundingShiftRight(-5, 2), -1);
  t.equal(roundingShiftRight(2 ** 30, 31), 1);
  t.equal(roundingShiftRight(2 ** 30 - 1, 31), 0);
  t.equal(roundingShiftRight(-(2 ** 30), 31), -1);
  // A left shift: 3 * 2^1 * 0.75 = 4.5 -> 5.
  t.equal(multiplyByQuantizedMultiplier(3, 0x60000000, 1), 5);
});

void t.test('a real factor as multiplier and shift', async (t) => {
  t.same(quantizeMultiplier(1), { multiplier: 2 ** 30, shift: 1 });
  t.same(quantizeMultiplier(0.5), { multiplier: 2 ** 30, shift: 0 });
  t.same(quantizeMultiplier(0.75), { multiplier: 0x60000000, shift: 0 });
  t.same(quantizeMultiplier(0), { multiplier: 0, shift: 0 });
  // 1 - 2^-40 rounds up to 2^31, which is halved.
  t.same(quantizeMultiplier(1 - 2 ** -40), { multiplier: 2 ** 30, shift: 1 });
  // The smallest factor: 2^-32 has exponent -31; just below there is nothing left.
  t.same(quantizeMultiplier(2 ** -32), { multiplier: 2 ** 30, shift: -31 });
  t.same(quantizeMultiplier(2 ** -32 * 0.999), { multiplier: 0, shift: 0 });
  t.same(quantizeMultiplier(2 ** -1060), { multiplier: 0, shift: 0 });
  const rng = new Rng(5);
  for (let i = 0; i < 2000; i++) {
    const real = (0.5 + rng.uniform()) * 2 ** (rng.below(40) - 30);
    const { multiplier, shift } = quantizeMultiplier(real);
    if (Math.abs((multiplier / 2 ** 31) * 2 ** shift - real) > real * 2 ** -31) t.fail(`factor ${real}`);
  }
});

void t.test('halves go away from zero, and only halves', async (t) => {
  t.equal(roundHalfAway(0.5), 1);
  t.equal(roundHalfAway(-0.5), -1);
  t.equal(roundHalfAway(2.5), 3);
  t.equal(roundHalfAway(-2.5), -3);
  t.equal(roundHalfAway(0.49999999999999994), 0);
  t.equal(Math.abs(roundHalfAway(-0.49999999999999994)), 0);
  t.equal(roundHalfAway(2 ** 52 + 1), 2 ** 52 + 1);
});
