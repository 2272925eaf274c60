import type { LogisticOp, TanhOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import type { FixedMultiplier } from '../../requantize.js';
import { scaleOfTensor, zeroPointOf } from './numbers.js';

/** Places between 0 and 32/3 at which the sigmoid is tabulated. */
const ENTRIES = 256;
/** The argument's unit is 1 / (3 * 4096): the table ends at 2^17. */
const ARGUMENT_UNITS = 3 * 4096;

/** Output of both functions in int16: [-1, 1). */
export const SIGMOIDAL_OUTPUT = { scale: 1 / 32768, zeroPoint: 0 } as const;

/**
 * 2^16 / (1 + exp(-i / 24)), i = 0 … 255: the table of TFLite's 16-bit logistic and tanh. Each entry is raised by half of
 * what a straight line to the next one misses in the middle, and the last one is the end.
 */
export const SIGMOID_TABLE: readonly number[] = Array.from({ length: ENTRIES }, (_, i) => {
  const at = (x: number): number => 65536 / (1 + Math.exp(-x / 24));
  const [here, middle, next] = [at(i), at(i + 0.5), at(i + 1)];
  return i === ENTRIES - 1 ? 65535 : Math.round(here + (middle - (here + next) / 2) / 2);
});

/**
 * From the input's scale to the argument's unit, as TFLite computes it: 15 bits, cut; a scale of 2^-12 (tanh: also 2^-11) is a
 * whole number of units. Null for scales above 8/3, which TFLite's kernels cannot take.
 */
export function sigmoidalArgument(kind: 'logistic' | 'tanh', scale: number): FixedMultiplier | null {
  if (scale === 2 ** -12) return { multiplier: 3, shift: 0 };
  if (kind === 'tanh' && scale === 2 ** -11) return { multiplier: 6, shift: 0 };
  let multiplier = scale * ARGUMENT_UNITS;
  let shift = 0;
  for (; multiplier <= 32767 / 2 && shift <= 30; shift++) multiplier *= 2;
  return multiplier < 32768 && multiplier >= 1 ? { multiplier: Math.trunc(multiplier), shift } : null;
}

/** 2^9 times the sigmoid of `argument` >= 0 in units of 2^-16, from the table. */
function interpolated(argument: number, bits: number, end: number): number {
  const index = Math.floor(argument / 2 ** bits);
  if (index >= ENTRIES - 1) return end;
  const [a, b] = [SIGMOID_TABLE[index], SIGMOID_TABLE[index + 1]];
  return a * 2 ** bits + (argument % 2 ** bits) * (b - a);
}

/** The int16 function of an argument in units of 1/12288. */
export function logisticOf(argument: number): number {
  const value = interpolated(Math.abs(argument), 9, 32767 * 1024);
  return (argument >= 0 ? value + 512 : 2 ** 25 - value + 511) >> 10;
}

/** As `logisticOf`: tanh(x) = 2 * sigmoid(2x) - 1. */
export function tanhOf(argument: number): number {
  const value = interpolated(Math.abs(argument), 8, 65535 * 256) - 2 ** 23;
  return (argument >= 0 ? value + 128 : 127 - value) >> 8;
}

function sigmoidalRule<O extends LogisticOp | TanhOp>(of: (argument: number) => number): IntegerRule<O> {
  return {
    inputs: [1, 1],
    constants: () => [],
    outputShape: (graph, op) => graph.tensors[op.input].shape,
    checkNumbers: (graph, op) => {
      const { multiplier, shift } = op.argument;
      if (graph.tensors[op.output].dtype !== 'int16') return 'is a function of int16';
      if (scaleOfTensor(graph, op.output) !== SIGMOIDAL_OUTPUT.scale || zeroPointOf(graph, op.output) !== 0) {
        return 'needs the output scale 1/32768 and zero point 0';
      }
      const inRange = (n: number, low: number, high: number): boolean => Number.isInteger(n) && n >= low && n <= high;
      return inRange(multiplier, 1, 32767) && inRange(shift, 0, 31)
        ? null
        : `has the argument ${multiplier} / 2^${shift}`;
    },
    // |x| * multiplier is below 2^30, and so is half of 2^shift.
    bound: () => 2 ** 31 - 1,
    macs: () => 0,
    prepare: (_graph, op) => {
      const { multiplier, shift } = op.argument;
      const half = shift > 0 ? 2 ** (shift - 1) : 0;
      return ([x], output) => {
        for (let i = 0; i < output.length; i++) {
          output[i] = of(Math.floor((x[i] * multiplier + half) / 2 ** shift));
        }
      };
    },
  };
}

export const logisticRule = sigmoidalRule<LogisticOp>(logisticOf);
export const tanhRule = sigmoidalRule<TanhOp>(tanhOf);
