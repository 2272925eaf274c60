import type { QuantizedGraph } from '../../graph.js';
import type { SoftmaxOp } from '../../integer-ops.js';
import type { IntegerStep } from '../../integer-rule.js';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../requantize.js';
import { roundHalfAway } from '../../quantize-input.js';
import { clamp } from './numbers.js';

export const SOFTMAX_OUTPUT_INT16 = { scale: 1 / 32768, zeroPoint: 0 } as const;

/** The op's field for differences that need no computing: there are none. */
export const DIFF_MIN_INT16 = -65535;

/** Differences to the largest input reach down to -10, in units of 10 / 65535: exp(-10) is next to nothing. */
export function softmaxNumbersInt16(inputScale: number, beta: number): Pick<SoftmaxOp, 'inputMultiplier' | 'diffMin'> {
  return { inputMultiplier: quantizeMultiplier((inputScale * beta) / (10 / 65535)), diffMin: DIFF_MIN_INT16 };
}

const STEPS = 512;

/**
 * A function of an int16 at 513 places, the values between on straight lines, as TFLite's kernels tabulate it: in float32,
 * operation by operation. Entries are lowered by half of what the line misses in the middle.
 * @param scale of the argument, which runs from (-32768 - zeroPoint) · scale
 */
function interpolationTable(scale: number, zeroPoint: number, of: (x: number) => number): readonly number[] {
  const f = Math.fround;
  const argument = (q: number): number => f(f(scale) * (q - zeroPoint));
  const [least, most] = [argument(-32768), argument(32767)];
  const step = f(f(most - least) / STEPS);
  const half = f(step / 2);
  // Outputs are Q0.15.
  const unit = f(2 / 65535);
  const perUnit = f(65536 / f(f(unit * 32767) - f(unit * -32768)));
  const value = (x: number): number => f(of(x));
  const rounded = (x: number): number => roundHalfAway(f(x * perUnit));
  const table = Array.from({ length: STEPS }, (_, i) => {
    const here = f(least + f(i * step));
    const [a, middle, b] = [value(here), value(f(here + half)), value(f(least + f((i + 1) * step)))];
    const line = roundHalfAway(f(f(f(b * perUnit) + rounded(a)) / 2));
    return clamp(rounded(a) - roundHalfAway((line - rounded(middle)) / 2), -32768, 32767);
  });
  return [...table, clamp(rounded(value(most)), -32768, 32767)];
}

/** exp(x) for x from -10 to 0. */
export const EXP_TABLE: readonly number[] = interpolationTable(10 / 65535, 32767, Math.exp);

/** 1 / (1 + x) for x from 0 to 1. */
export const RECIPROCAL_TABLE: readonly number[] = interpolationTable(1 / 65535, -32768, (x) => 1 / Math.fround(1 + x));

function lookup(table: readonly number[], x: number): number {
  const index = 256 + (x >> 7);
  return table[index] + (((table[index + 1] - table[index]) * (x & 127) + 64) >> 7);
}

const saturate = (x: number): number => clamp(x, -32768, 32767);

/** TFLite's softmax of int16 along the last axis. */
export function softmaxInt16(graph: QuantizedGraph, op: SoftmaxOp): IntegerStep {
  const { shape } = graph.tensors[op.input];
  const depth = shape[shape.length - 1];
  const { multiplier, shift } = op.inputMultiplier;
  const exps = new Int16Array(depth);
  return ([x], output) => {
    for (let start = 0; start < x.length; start += depth) {
      let most = -32768;
      for (let i = start; i < start + depth; i++) most = Math.max(most, x[i]);
      let sum = 0; // Q16.15
      for (let i = 0; i < depth; i++) {
        const difference = multiplyByQuantizedMultiplier(x[start + i] - most, multiplier, shift);
        exps[i] = lookup(EXP_TABLE, saturate(difference + 32767));
        sum += exps[i];
      }
      const headroom = Math.clz32(sum);
      // The sum as 1 + s, s in [0, 1) with 16 bits.
      const fraction = Math.floor((sum * 2 ** (headroom - 1) + 2 ** 13) / 2 ** 14) - 98304;
      const reciprocal = lookup(RECIPROCAL_TABLE, saturate(fraction));
      const by = 31 - headroom;
      for (let i = 0; i < depth; i++) {
        output[start + i] = clamp(Math.floor((exps[i] * reciprocal + 2 ** (by - 1)) / 2 ** by), 0, 32767);
      }
    }
  };
}
