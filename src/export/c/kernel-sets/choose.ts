import type { KernelSet } from '../../../ir/c-sources.js';
import type { Rounding } from '../../../ir/requantize.js';
import { ARMV6M } from './armv6m.js';
import { ARMV7M } from './armv7m.js';
import { DSP } from './dsp.js';
import type { KernelRounding, KernelSetCode, LayerPackers, Pack, PackedLayer, SharedKernel } from './kernel-set.js';
import { MVE } from './mve.js';
import { narrowSums } from './narrow-sums.js';
import { PLAIN } from './plain.js';
import { RV32 } from './rv32.js';

const SETS: Readonly<Record<KernelSet, KernelSetCode>> = {
  plain: PLAIN,
  armv6m: ARMV6M,
  armv7m: ARMV7M,
  dsp: DSP,
  mve: MVE,
  rv32: RV32,
};

/** The set and those behind it, down to plain. */
function chain(kernels: KernelSet): KernelSetCode[] {
  const { fallback } = SETS[kernels];
  return [SETS[kernels], ...(fallback === null ? [] : chain(fallback))];
}

/** A layer's constants, and how the kernel has to round with them. */
export interface LayerForKernel extends PackedLayer {
  readonly rounding: KernelRounding;
}

/** The layer's constants for the first set of the chain whose bounds hold for every input. All compute the same bits. */
export function packLayer<K extends keyof LayerPackers>(
  kernels: KernelSet,
  kind: K,
  layer: Parameters<LayerPackers[K]>[0],
  graphRounding: Rounding,
): LayerForKernel {
  const isWide = layer.multiplierBits === 15;
  const narrow = isWide ? narrowSums(layer, kind === 'depthwise_conv_2d') : null;
  const numbers = narrow ?? layer;
  const rounding = narrow !== null ? 'single' : isWide ? 'wide' : graphRounding;
  for (const code of chain(kernels)) {
    const layers = layer.dtype === 'int16' ? code.int16Layers : layer.weightBits === 4 ? code.int4Layers : code.layers;
    const pack = layers[kind] as Pack<typeof layer, KernelRounding> | undefined;
    const packed = pack?.(numbers, rounding) ?? null;
    if (packed !== null) return { ...packed, rounding };
  }
  throw new RangeError(`kernels/plain serves every ${kind}`);
}

/** The first set of the chain that has the kernel. */
export function setWith(kernels: KernelSet, kernel: SharedKernel): KernelSet {
  if (SETS[kernels].kernels.includes(kernel)) return kernels;
  const { fallback } = SETS[kernels];
  if (fallback === null) throw new RangeError(`kernels/plain has every kernel, also ${kernel}`);
  return setWith(fallback, kernel);
}

/** A kernel's code at -Os, roughly, by its header's path under `firmware/`. */
export function kernelCodeBytes(header: string): number {
  const [, set, file] = header.split('/');
  return SETS[set as KernelSet].codeBytes[file.replace('.h', '')] ?? 0;
}

/** For planning: what a set's kernels take, all in all. */
export function instructionsPerMac(kernels: KernelSet): number {
  return SETS[kernels].instructionsPerMac;
}
