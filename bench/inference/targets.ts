/** Instructions per multiply-accumulate that a core has to stay below, `rounding: tflite`. */
const ARMV6M = { kws: 6.5, resnet8: 5.7, vww: 3.5, ad: 4.9, fc: 4.9 };
const ARMV7M = { kws: 2.9, resnet8: 2.5, vww: 1.6, ad: 2.7, fc: 2.7 };
const DSP = { kws: 1.95, resnet8: 1.6, vww: 1.1, ad: 1.5, fc: 1.4 };
const MVE = { kws: 0.48, resnet8: 0.28, vww: 0.31, ad: 0.4, fc: 0.4 };

const TARGETS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  m0: ARMV6M,
  m3: ARMV7M,
  m4: DSP,
  m7: DSP,
  m33: DSP,
  m55: MVE,
};

/** Null where there is none. */
export function targetOf(core: string, work: string): number | null {
  return TARGETS[core]?.[work] ?? null;
}
